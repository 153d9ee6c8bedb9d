#include "api/object_type_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "api/handler_environment.h"
#include "fmt/format.h"
#include "model/resource_name.h"

namespace syncline::api {
namespace {

std::string PathOf(int index, std::string_view rest) {
  return fmt::format("objectType.fields[{}].{}", index, rest);
}

void CheckField(int index, const v1::Field& field, base::FieldViolations& wrong) {
  CheckId(wrong, PathOf(index, "name"), field.name(), model::IsFieldName(field.name()),
          model::kFieldNameRule);
  if (!v1::Field::Type_IsValid(field.type()) || field.type() == v1::Field::TYPE_UNSPECIFIED) {
    wrong.Add(PathOf(index, "type"),
              "is required: TYPE_STRING, TYPE_INTEGER, TYPE_NUMBER, TYPE_BOOLEAN, TYPE_TIMESTAMP, "
              "TYPE_DATE or TYPE_JSON");
  }
  if (field.unique() && field.type() == v1::Field::TYPE_JSON) {
    wrong.Add(PathOf(index, "unique"), "a TYPE_JSON field cannot be unique");
  }
  if (field.description().size() > kDescriptionBytesMax) {
    wrong.Add(PathOf(index, "description"),
              fmt::format("is longer than {} bytes", kDescriptionBytesMax));
  }
}

}  // namespace

void CheckObjectType(const v1::ObjectType& object_type, base::FieldViolations& wrong) {
  CheckDisplayName(wrong, "objectType.displayName", object_type.display_name());
  if (object_type.fields().empty() || object_type.fields_size() > kFieldCountMax) {
    wrong.Add("objectType.fields", fmt::format("there must be 1 to {} fields", kFieldCountMax));
    return;
  }
  std::set<std::string> names;
  for (int i = 0; i < object_type.fields_size(); ++i) {
    CheckField(i, object_type.fields(i), wrong);
    if (!names.insert(object_type.fields(i).name()).second) {
      wrong.Add(PathOf(i, "name"),
                fmt::format("\"{}\" is a field already", object_type.fields(i).name()));
    }
  }
}

void CheckObjectTypeChange(const v1::ObjectType& stored, const v1::ObjectType& changed,
                           base::FieldViolations& wrong) {
  std::map<std::string, const v1::Field*> before;
  for (const v1::Field& field : stored.fields()) before[field.name()] = &field;
  for (int i = 0; i < changed.fields_size(); ++i) {
    const v1::Field& field = changed.fields(i);
    const auto found = before.find(field.name());
    if (found == before.end()) {
      if (field.required()) {
        wrong.Add(PathOf(i, "required"),
                  "a new field of an existing type cannot be required: its objects do not have it");
      }
      continue;
    }
    const v1::Field& old = *found->second;
    if (old.type() != field.type()) {
      wrong.Add(PathOf(i, "type"),
                fmt::format("cannot be changed from {}", v1::Field::Type_Name(old.type())));
    }
    if (old.required() != field.required()) {
      wrong.Add(PathOf(i, "required"), "cannot be changed after creation");
    }
    if (old.unique() != field.unique()) {
      wrong.Add(PathOf(i, "unique"), "cannot be changed after creation");
    }
    before.erase(found);
  }
  for (const auto& [name, field] : before) {
    wrong.Add("objectType.fields", fmt::format("the field \"{}\" cannot be removed", name));
  }
}

}  // namespace syncline::api
