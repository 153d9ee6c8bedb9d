#include "pull/fan_out_plan.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/status.h"
#include "request/text_templates.h"
#include "request/vars.h"

namespace syncline::pull {
namespace {

std::optional<expression::Expression> CompileExpression(const std::string& text,
                                                        const std::string& field,
                                                        const request::NamesInScope& names,
                                                        base::FieldViolations* violations) {
  if (text.empty()) return std::nullopt;
  auto compiled = expression::Expression::Compile(text);
  if (!compiled.ok()) {
    violations->Add(field, base::MessageOf(compiled.status()));
    return std::nullopt;
  }
  request::CheckNames(compiled->RootPaths(), field, names, violations);
  return *std::move(compiled);
}

}  // namespace

// Builds one plan and gathers every mistake on the way. Lives on the stack of Compile.
class FanOutCompiler {
 public:
  explicit FanOutCompiler(const RunScope& example)
      : example_(example), plan_(std::make_shared<FanOutPlan>()) {}

  absl::StatusOr<std::shared_ptr<const FanOutPlan>> Compile(const v1::Integration& integration) {
    has_state_ = integration.has_incremental();
    state_is_time_ = integration.incremental().type() != v1::Incremental::TYPE_NUMBER;
    if (integration.has_fan_out()) AddFanOut(integration.fan_out());
    SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
    return plan_;
  }

 private:
  void AddFanOut(const v1::FanOut& spec) {
    if (spec.levels().empty())
      violations_.Add("fanOut.levels", "is empty; name at least one level");
    request::CheckCount(static_cast<std::size_t>(spec.levels_size()), FanOutPlan::kLevelsMax,
                        "fanOut.levels", &violations_);
    CheckBound(spec.parallel_count(), FanOutPlan::kParallelMax, "fanOut.parallelCount");
    CheckBound(spec.partition_count_max(), FanOutPlan::kPartitionsMax, "fanOut.partitionCountMax");
    if (spec.parallel_count() > 0) plan_->parallel_count_ = spec.parallel_count();
    if (spec.partition_count_max() > 0) plan_->partition_count_max_ = spec.partition_count_max();
    for (int i = 0; i < spec.levels_size(); ++i) {
      AddLevel(spec.levels(i), fmt::format("fanOut.levels[{}]", i));
    }
  }

  void CheckBound(std::int64_t value, std::int64_t most, const char* field) {
    if (value >= 0 && value <= most) return;
    violations_.Add(field,
                    fmt::format("is {}; 1 to {} are allowed, 0 is the default", value, most));
  }

  void AddLevel(const v1::FanOutLevel& spec, const std::string& field) {
    if (!request::IsVarName(spec.name())) {
      violations_.Add(field + ".name", "must be named by [a-z][a-z0-9_]*, e.g. \"site\"");
    } else if (!level_names_.insert(spec.name()).second) {
      violations_.Add(field + ".name",
                      fmt::format("\"{}\" is the name of an outer level", spec.name()));
    }
    LevelPlan level{.name = spec.name()};
    AddSources(spec, field, &level);
    CheckBound(spec.group_size(), FanOutPlan::kGroupMax, (field + ".groupSize").c_str());
    if (spec.group_size() > 1) level.group_size = spec.group_size();
    // The element is the root of this expression: there is no scope to check.
    if (!spec.key().empty()) {
      auto key = expression::Expression::Compile(spec.key());
      if (key.ok()) {
        level.key = *std::move(key);
      } else {
        violations_.Add(field + ".key", base::MessageOf(key.status()));
      }
    }
    CheckRange(spec, field, level);
    plan_->levels_.push_back(std::move(level));
    plan_->scope_names_.push_back(fmt::format("{}.{}", kParents, spec.name()));
  }

  // Parts name themselves and are never alike: a key could only lose some, and a group has no ends.
  void CheckRange(const v1::FanOutLevel& spec, const std::string& field, const LevelPlan& level) {
    bool has_range = false;
    for (const SourcePlan& source : level.sources) {
      has_range = has_range || std::holds_alternative<RangePlan>(source);
    }
    if (!has_range) return;
    if (level.key.has_value()) violations_.Add(field + ".key", "does not go with a range");
    if (spec.group_size() > 1) violations_.Add(field + ".groupSize", "does not go with a range");
  }

  void AddSources(const v1::FanOutLevel& spec, const std::string& field, LevelPlan* level) {
    switch (spec.source_case()) {
      case v1::FanOutLevel::kValues: return AddValues(spec.values(), field + ".values", level);
      case v1::FanOutLevel::kRequest: return AddRequest(spec.request(), field + ".request", level);
      case v1::FanOutLevel::kRange: return AddRange(spec.range(), field + ".range", level);
      case v1::FanOutLevel::kUnion: return AddUnion(spec.union_(), field + ".union", level);
      case v1::FanOutLevel::SOURCE_NOT_SET: break;
    }
    violations_.Add(field,
                    "set one of values, request, range, union: where the elements come from");
  }

  void AddUnion(const v1::PartitionUnion& spec, const std::string& field, LevelPlan* level) {
    const int count = spec.sources_size();
    if (count < 2 || count > FanOutPlan::kUnionMax) {
      violations_.Add(field + ".sources", fmt::format("has {} entries; 2 to {} are allowed", count,
                                                      FanOutPlan::kUnionMax));
    }
    for (int i = 0; i < count; ++i) {
      const v1::PartitionSource& source = spec.sources(i);
      const std::string place = fmt::format("{}.sources[{}]", field, i);
      switch (source.source_case()) {
        case v1::PartitionSource::kValues:
          AddValues(source.values(), place + ".values", level);
          break;
        case v1::PartitionSource::kRequest:
          AddRequest(source.request(), place + ".request", level);
          break;
        case v1::PartitionSource::kRange: AddRange(source.range(), place + ".range", level); break;
        case v1::PartitionSource::SOURCE_NOT_SET:
          violations_.Add(place, "set one of values, request, range");
          break;
      }
    }
  }

  void AddValues(const v1::PartitionValues& spec, const std::string& field, LevelPlan* level) {
    const request::NamesInScope names = OuterNames();
    request::CheckCount(static_cast<std::size_t>(spec.values_size()), FanOutPlan::kValuesMax,
                        field + ".values", &violations_);
    if (spec.values().empty() && spec.expression().empty()) {
      violations_.Add(field, "set values, expression or both");
    }
    ValuesPlan plan;
    if (!spec.values().empty()) {
      google::protobuf::Value list;
      *list.mutable_list_value()->mutable_values() = spec.values();
      auto values = request::BodyTemplate::Compile(list);
      violations_.AddStatus(field + ".values", values.status());
      if (values.ok()) {
        request::CheckNames(values->RootPaths(), field + ".values", names, &violations_);
        plan.values = *std::move(values);
      }
    }
    plan.expression =
        CompileExpression(spec.expression(), field + ".expression", names, &violations_);
    level->sources.emplace_back(std::move(plan));
  }

  void AddRequest(const v1::PartitionRequest& spec, const std::string& field, LevelPlan* level) {
    List::Definition definition{
        .request = spec.request(), .records = spec.records(), .response = spec.response()};
    if (spec.has_pagination()) definition.pagination = spec.pagination();
    request::NamesInScope names = OuterNames();
    auto list = List::Compile(definition,
                              {.names = names, .example = example_.names(), .unknown = {kParents}});
    violations_.AddStatus(field, list.status());
    names.emplace_back("record");
    RequestPlan plan;
    plan.filter = CompileExpression(spec.filter(), field + ".filter", names, &violations_);
    if (list.ok()) plan.list = *std::move(list);
    level->sources.emplace_back(std::move(plan));
  }

  void AddRange(const v1::PartitionRange& spec, const std::string& field, LevelPlan* level) {
    request::NamesInScope names = OuterNames();
    if (has_state_) names.emplace_back("state");
    level->sees_state = has_state_;
    auto plan = RangePlan::Compile(spec, field, names, state_is_time_, &violations_);
    if (plan.has_value()) level->sources.emplace_back(*std::move(plan));
  }

  request::NamesInScope OuterNames() const {
    request::NamesInScope names = {"vars", "run"};
    for (const std::string& name : plan_->scope_names_) names.emplace_back(name);
    return names;
  }

  const RunScope& example_;
  std::shared_ptr<FanOutPlan> plan_;
  std::set<std::string> level_names_;
  bool has_state_ = false;
  bool state_is_time_ = false;
  base::FieldViolations violations_;
};

absl::StatusOr<std::shared_ptr<const FanOutPlan>> FanOutPlan::Compile(
    const v1::Integration& integration, const RunScope& example) {
  return FanOutCompiler(example).Compile(integration);
}

request::NamesInScope FanOutPlan::NamesBelow(std::size_t count) const {
  request::NamesInScope names = {"vars", "run"};
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(scope_names_[i]);
  if (count > 0 && count == levels_.size()) names.emplace_back(kParent);
  return names;
}

}  // namespace syncline::pull
