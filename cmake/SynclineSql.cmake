# SQL lives in .sql files; the server carries it inside. src/store/sql/<table>.sql holds statements,
# each headed by `-- name: RunQueueClaim`, which become store::sql::kRunQueueClaim in
# <generated>/store/sql.h. migrations/ becomes the two lists of <generated>/store/migration_files.h.
set(SYNCLINE_SQL_GENERATED ${CMAKE_BINARY_DIR}/generated_sql)
file(GLOB SQL_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/store/sql/*.sql)
file(GLOB CORE_MIGRATIONS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/*.sql)
file(GLOB WORKSPACE_MIGRATIONS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/workspace/*.sql)
add_custom_command(
  OUTPUT ${SYNCLINE_SQL_GENERATED}/store/sql.h ${SYNCLINE_SQL_GENERATED}/store/migration_files.h
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${SYNCLINE_SQL_GENERATED}/store -DSOURCE=${CMAKE_SOURCE_DIR}
          -P ${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake
  DEPENDS ${SQL_FILES} ${CORE_MIGRATIONS} ${WORKSPACE_MIGRATIONS} ${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake
  VERBATIM)
add_custom_target(syncline_sql_files DEPENDS
  ${SYNCLINE_SQL_GENERATED}/store/sql.h ${SYNCLINE_SQL_GENERATED}/store/migration_files.h)
add_library(syncline_sql INTERFACE)
add_dependencies(syncline_sql syncline_sql_files)
target_include_directories(syncline_sql INTERFACE ${SYNCLINE_SQL_GENERATED})
