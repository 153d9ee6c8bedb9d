#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "expression/expression.h"
#include "mapping/compiled_mapping.h"
#include "mapping/converters.h"
#include "mapping/time_rules.h"

namespace syncline::mapping {

struct TextHasher {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using Lookup = std::unordered_map<std::string, std::string, TextHasher, std::equal_to<>>;

// What an integration with a fan-out adds to what expressions see.
inline constexpr std::string_view kParent = "parent";
inline constexpr std::string_view kParents = "parents";

// Where the value of one field comes from and what becomes of it.
struct FieldProgram {
  std::string source;  // as it was written, for messages
  std::optional<expression::Expression> from;
  bool sees_parents = false;  // `from` looks up what a record does not have: its parents
  std::optional<expression::Template> text;  // neither: `constant`
  model::Cell constant;
  Lookup lookup;
  Converter converter = nullptr;
  TimeRules time_rules;
  std::uint64_t key_seed = 0;  // of record keys: another field's equal value is another key
};

struct CompiledMapping::Program {
  std::vector<TargetField> fields;
  std::vector<FieldProgram> programs;  // parallel to fields
  std::vector<std::size_t> sync_keys;
  v1::WritePolicy write_policy = v1::WRITE_POLICY_CREATE_AND_UPDATE;
  std::int64_t version = 0;
  bool has_templates = false;
  Variables variables;
  // Constants point into these.
  std::vector<std::shared_ptr<const json::Document>> documents;
  std::deque<std::string> memory;
};

}  // namespace syncline::mapping
