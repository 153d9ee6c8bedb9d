#include "mapping/mapping_compiler.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>

namespace syncline::mapping {
namespace {

using model::FieldType;

FieldType TypeOf(v1::Field::Type type) {
  switch (type) {
    case v1::Field::TYPE_INTEGER: return FieldType::kInteger;
    case v1::Field::TYPE_NUMBER: return FieldType::kNumber;
    case v1::Field::TYPE_BOOLEAN: return FieldType::kBoolean;
    case v1::Field::TYPE_TIMESTAMP: return FieldType::kTimestamp;
    case v1::Field::TYPE_DATE: return FieldType::kDate;
    case v1::Field::TYPE_JSON: return FieldType::kJson;
    default: return FieldType::kString;
  }
}

bool IsTime(FieldType type) { return type == FieldType::kTimestamp || type == FieldType::kDate; }

const v1::Field* FindField(const v1::ObjectType& object_type, const std::string& name) {
  for (const v1::Field& field : object_type.fields()) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

bool HasSource(const v1::FieldMapping& mapping) {
  switch (mapping.source_case()) {
    case v1::FieldMapping::kFrom: return !mapping.from().empty();
    case v1::FieldMapping::kTemplate: return !mapping.template_().empty();
    case v1::FieldMapping::kConstant: return true;
    case v1::FieldMapping::SOURCE_NOT_SET: break;
  }
  return false;
}

constexpr std::array<std::string_view, 3> kTemplateNames = {"record", "run", "vars"};

}  // namespace

MappingCompiler::MappingCompiler(const v1::Mapping& mapping, const v1::ObjectType& object_type,
                                 const Surroundings& surroundings)
    : mapping_(mapping),
      object_type_(object_type),
      surroundings_(surroundings),
      program_(std::make_shared<CompiledMapping::Program>()) {
  program_->version = mapping.version();
  program_->variables = surroundings.variables;
}

absl::StatusOr<std::shared_ptr<const CompiledMapping::Program>> MappingCompiler::Compile() {
  if (!v1::WritePolicy_IsValid(mapping_.write_policy())) {
    violations_.Add("writePolicy", "is no write policy that this server knows");
  } else if (mapping_.write_policy() != v1::WRITE_POLICY_UNSPECIFIED) {
    program_->write_policy = mapping_.write_policy();
  }
  CheckNames();
  for (const v1::Field& field : object_type_.fields()) {
    const auto mapped = mapping_.fields().find(field.name());
    if (mapped != mapping_.fields().end()) {
      AddField(field, mapped->second);
    } else if (field.required() && program_->write_policy != v1::WRITE_POLICY_UPDATE_ONLY) {
      violations_.Add(fmt::format("fields.{}", field.name()),
                      "is required by the object type; map it, or set the write policy to "
                      "UPDATE_ONLY");
    }
  }
  AddSyncKeys();
  SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
  return program_;
}

void MappingCompiler::CheckNames() {
  if (mapping_.fields_size() > kFieldsMax) {
    violations_.Add("fields", fmt::format("has {} entries, at most {} are allowed",
                                          mapping_.fields_size(), kFieldsMax));
  }
  if (mapping_.fields().empty()) violations_.Add("fields", "is empty; map at least one field");
  std::set<std::string> names;  // in order, so that answers are the same every time
  for (const auto& [name, mapped] : mapping_.fields()) names.insert(name);
  for (const std::string& name : names) {
    if (FindField(object_type_, name) == nullptr) {
      violations_.Add(fmt::format("fields.{}", name), "is no field of the object type");
    }
  }
}

void MappingCompiler::AddField(const v1::Field& field, const v1::FieldMapping& mapping) {
  const std::string path = fmt::format("fields.{}", field.name());
  TargetField target{.column = {.field = field.name(), .type = TypeOf(field.type())},
                     .required = field.required(),
                     .unique = field.unique()};
  if (!v1::FieldMapping::WhenEmpty_IsValid(mapping.when_empty())) {
    violations_.Add(path + ".whenEmpty", "is nothing that this server knows");
  }
  target.clear_when_empty = mapping.when_empty() == v1::FieldMapping::WHEN_EMPTY_CLEAR;
  if (target.clear_when_empty && target.required) {
    violations_.Add(path + ".whenEmpty", "a required field cannot be cleared");
  }
  if (!HasSource(mapping)) {
    violations_.Add(path, "needs a source: from, template or constant");
  }
  absl::StatusOr<TimeRules> utc = TimeRules::Make("", "");
  FieldProgram program{.converter = ConverterOf(target.column.type),
                       .time_rules = *std::move(utc),
                       .key_seed = base::HashBytes(field.name()).low};
  AddTimeRules(path, mapping, target, &program);
  AddLookup(path, mapping, target, &program);
  AddSource(path, mapping, &program);
  if (mapping.has_constant()) AddConstant(path, mapping, target, &program);
  program_->fields.push_back(std::move(target));
  program_->programs.push_back(std::move(program));
}

void MappingCompiler::AddSource(const std::string& path, const v1::FieldMapping& mapping,
                                FieldProgram* program) {
  if (!HasSource(mapping)) return;
  if (mapping.has_from()) {
    program->source = mapping.from();
    absl::StatusOr<expression::Expression> from = expression::Expression::Compile(mapping.from());
    if (from.ok()) {
      program->sees_parents = CheckParents(from->RootPaths(), path + ".from");
      program->from = *std::move(from);
    } else {
      violations_.Add(path + ".from", base::MessageOf(from.status()));
    }
  } else if (mapping.has_template_()) {
    AddTemplate(path, mapping, program);
  }
}

void MappingCompiler::AddTemplate(const std::string& path, const v1::FieldMapping& mapping,
                                  FieldProgram* program) {
  program->source = mapping.template_();
  program_->has_templates = true;
  absl::StatusOr<expression::Template> text = expression::Template::Compile(mapping.template_());
  if (!text.ok()) {
    violations_.Add(path + ".template", base::MessageOf(text.status()));
    return;
  }
  CheckParents(text->RootPaths(), path + ".template");
  const bool has_parents = !surroundings_.levels.empty();
  for (const std::string& name : text->RootNames()) {
    if (std::ranges::find(kTemplateNames, name) != kTemplateNames.end()) continue;
    if (has_parents && (name == kParent || name == kParents)) continue;
    violations_.Add(path + ".template",
                    fmt::format("\"{}\" is not in scope here; names are record, run and vars{}",
                                name, has_parents ? ", parent and parents" : ""));
  }
  program->text = *std::move(text);
}

bool MappingCompiler::CheckParents(const std::vector<std::string>& paths,
                                   const std::string& field) {
  if (surroundings_.levels.empty()) return false;  // such names are members of the record then
  bool sees_parents = false;
  for (const std::string& path : paths) {
    const std::size_t dot = path.find('.');
    const std::string_view root = std::string_view(path).substr(0, dot);
    sees_parents = sees_parents || root == kParent || root == kParents;
    if (root != kParents || dot == std::string::npos) continue;
    const std::string level = path.substr(dot + 1);
    if (std::ranges::find(surroundings_.levels, level) != surroundings_.levels.end()) continue;
    violations_.Add(field, fmt::format("\"{}\" is no level of the fan-out; its levels are {}",
                                       level, fmt::join(surroundings_.levels, ", ")));
  }
  return sees_parents;
}

void MappingCompiler::AddTimeRules(const std::string& path, const v1::FieldMapping& mapping,
                                   const TargetField& field, FieldProgram* program) {
  if (!IsTime(field.column.type)) {
    constexpr std::string_view kOnlyTimes = "applies to TIMESTAMP and DATE fields only";
    if (!mapping.time_format().empty()) {
      violations_.Add(path + ".timeFormat", std::string(kOnlyTimes));
    }
    if (!mapping.time_zone().empty()) {
      violations_.Add(path + ".timeZone", std::string(kOnlyTimes));
    }
    return;
  }
  absl::StatusOr<TimeRules> rules = TimeRules::Make(mapping.time_format(), mapping.time_zone());
  if (rules.ok()) {
    program->time_rules = *std::move(rules);
  } else {
    violations_.AddStatus(path, rules.status());
  }
}

void MappingCompiler::AddLookup(const std::string& path, const v1::FieldMapping& mapping,
                                const TargetField& field, FieldProgram* program) {
  if (mapping.lookup().empty()) return;
  if (field.column.type == FieldType::kJson) {
    violations_.Add(path + ".lookup", "replaces text and does not apply to JSON fields");
  }
  if (mapping.lookup_size() > kLookupEntriesMax) {
    violations_.Add(path + ".lookup", fmt::format("has {} entries, at most {} are allowed",
                                                  mapping.lookup_size(), kLookupEntriesMax));
  }
  std::map<std::string, std::string> wrong;
  for (const auto& [from, to] : mapping.lookup()) {
    TextArena arena(&program_->memory);
    Conversion conversion{
        .arena = arena, .time_rules = &program->time_rules, .unique = field.unique};
    model::Cell cell;
    if (!program->converter(expression::Value::String(to), conversion, &cell)) {
      wrong[from] = fmt::format("\"{}\" {}", to, conversion.problem);
    }
    program->lookup.emplace(from, to);
  }
  for (const auto& [from, problem] : wrong) {
    violations_.Add(fmt::format("{}.lookup.{}", path, from), problem);
  }
}

void MappingCompiler::AddConstant(const std::string& path, const v1::FieldMapping& mapping,
                                  const TargetField& field, FieldProgram* program) {
  std::string json;
  absl::StatusOr<std::shared_ptr<const json::Document>> document;
  if (google::protobuf::util::MessageToJsonString(mapping.constant(), &json).ok()) {
    document = json::Document::Parse(json);
  }
  if (!document.ok()) {
    violations_.Add(path + ".constant", "is no JSON value");
    return;
  }
  program->source = std::move(json);
  program_->documents.push_back(*document);
  TextArena arena(&program_->memory);
  Conversion conversion{.arena = arena, .time_rules = &program->time_rules, .unique = field.unique};
  const expression::Value value((*document)->root());
  if (!program->converter(value, conversion, &program->constant)) {
    violations_.Add(path + ".constant", conversion.problem);
  } else if (program->constant.empty) {
    violations_.Add(path + ".constant", "is empty");
  }
}

void MappingCompiler::AddSyncKeys() {
  if (mapping_.sync_keys().empty()) {
    violations_.Add("syncKeys", "is empty; name at least one unique field");
  }
  if (mapping_.sync_keys_size() > kSyncKeysMax) {
    violations_.Add("syncKeys", fmt::format("has {} entries, at most {} are allowed",
                                            mapping_.sync_keys_size(), kSyncKeysMax));
  }
  std::set<std::string> seen;
  for (int i = 0; i < mapping_.sync_keys_size(); ++i) {
    const std::string& name = mapping_.sync_keys(i);
    const std::string path = fmt::format("syncKeys[{}]", i);
    const v1::Field* field = FindField(object_type_, name);
    if (field == nullptr) {
      violations_.Add(path, fmt::format("\"{}\" is no field of the object type", name));
    } else if (!field->unique()) {
      violations_.Add(path, fmt::format("\"{}\" is not unique in the object type", name));
    } else if (!mapping_.fields().contains(name)) {
      violations_.Add(path, fmt::format("\"{}\" is not mapped; add fields.{}", name, name));
    } else if (!seen.insert(name).second) {
      violations_.Add(path, fmt::format("\"{}\" is named twice", name));
    }
    const auto at = std::ranges::find(program_->fields, name,
                                      [](const TargetField& f) { return f.column.field; });
    program_->sync_keys.push_back(static_cast<std::size_t>(at - program_->fields.begin()));
  }
}

}  // namespace syncline::mapping
