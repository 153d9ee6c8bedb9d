# Run by SynclineSql.cmake at build time with OUTPUT and SOURCE (the repository's root).
cmake_minimum_required(VERSION 3.25)
file(GLOB SQL_FILES ${SOURCE}/src/store/sql/*.sql)
file(GLOB CORE_MIGRATIONS ${SOURCE}/migrations/*.sql)
file(GLOB WORKSPACE_MIGRATIONS ${SOURCE}/migrations/workspace/*.sql)

set(statements "")
set(names "")
foreach(file ${SQL_FILES})
  file(READ ${file} text)
  get_filename_component(stem ${file} NAME)
  string(APPEND statements "\n// ${stem}\n")
  # A statement runs from its name line to the next one; semicolons are protected from CMake's lists.
  string(REPLACE ";" "<semicolon>" text "${text}")
  string(REPLACE "[" "<bracket>" text "${text}")
  string(REPLACE "]" "<tekcarb>" text "${text}")
  string(REPLACE "-- name: " ";" parts "head${text}")
  list(POP_FRONT parts)
  foreach(part IN LISTS parts)
    string(REGEX MATCH "^[A-Za-z0-9]+" name "${part}")
    string(FIND "${part}" "\n" line_end)
    string(SUBSTRING "${part}" ${line_end} -1 body)
    string(STRIP "${body}" body)
    string(REGEX REPLACE "<semicolon>$" "" body "${body}")
    string(REPLACE "<semicolon>" ";" body "${body}")
    string(REPLACE "<bracket>" "[" body "${body}")
    string(REPLACE "<tekcarb>" "]" body "${body}")
    string(APPEND statements "inline constexpr std::string_view k${name} = R\"sql(${body})sql\";\n")
    string(APPEND names "    {\"${name}\", k${name}},\n")
  endforeach()
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT}/sql.h @ONLY CONTENT [[// Made from src/store/sql by the build.
#pragma once
#include <string_view>
namespace syncline::store::sql {
@statements@
// All of them, for the test that has the server prepare each against the migrated schema.
struct Statement {
  std::string_view name;
  std::string_view sql;
};
inline constexpr Statement kAllStatements[] = {
@names@};
}  // namespace syncline::store::sql
]])

function(embed_migrations variable files)
  set(entries "")
  foreach(file ${files})
    file(READ ${file} text)
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" version ${stem})
    math(EXPR version "${version}")
    string(APPEND entries "    {${version}, \"${stem}\", R\"sql(${text})sql\"},\n")
  endforeach()
  set(${variable} "${entries}" PARENT_SCOPE)
endfunction()
embed_migrations(core "${CORE_MIGRATIONS}")
embed_migrations(workspace "${WORKSPACE_MIGRATIONS}")
file(CONFIGURE OUTPUT ${OUTPUT}/migration_files.h @ONLY CONTENT [[// Made from migrations/ by the build.
#pragma once
#include <string_view>
namespace syncline::store {
struct MigrationFile {
  int version;
  std::string_view name;
  std::string_view sql;
};
inline constexpr MigrationFile kCoreMigrations[] = {
@core@};
// In these, "{schema}" stands for the quoted schema of the workspace.
inline constexpr MigrationFile kWorkspaceMigrations[] = {
@workspace@};
}  // namespace syncline::store
]])
