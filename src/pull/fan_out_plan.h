#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "pull/list.h"
#include "pull/range.h"
#include "pull/request_scope.h"
#include "request/body_template.h"
#include "syncline/v1/fan_out.pb.h"

namespace syncline::pull {

// Sources of elements, compiled.
struct ValuesPlan {
  std::optional<request::BodyTemplate> values;  // renders a JSON list
  std::optional<expression::Expression> expression;
};
struct RequestPlan {
  std::shared_ptr<const List> list;
  std::optional<expression::Expression> filter;
};
using SourcePlan = std::variant<ValuesPlan, RequestPlan, RangePlan>;

struct LevelPlan {
  std::string name;
  std::vector<SourcePlan> sources;  // one, or those of a union
  std::optional<expression::Expression> key;
  int group_size = 1;
  bool sees_state = false;  // a range of it may begin where the last run ended
};

// The fan-out of an integration, compiled. Without one it has no levels, and one partition.
// Immutable, safe for concurrent use.
class FanOutPlan {
 public:
  static constexpr int kLevelsMax = 5;
  static constexpr int kParallelMax = 16;
  static constexpr std::int64_t kPartitionsMax = 1'000'000;
  static constexpr int kValuesMax = 10'000;
  static constexpr int kGroupMax = 1'000;
  static constexpr int kUnionMax = 8;

  // INVALID_ARGUMENT with every mistake, named from the integration down: "fanOut.levels[0].name".
  static absl::StatusOr<std::shared_ptr<const FanOutPlan>> Compile(
      const v1::Integration& integration, const RunScope& example);

  const std::vector<LevelPlan>& levels() const { return levels_; }
  int parallel_count() const { return parallel_count_; }
  std::int64_t partition_count_max() const { return partition_count_max_; }
  // What templates below `count` levels see, e.g. {"vars", "run", "parents.site", "parent"}. Valid
  // as long as this.
  request::NamesInScope NamesBelow(std::size_t count) const;
  request::NamesInScope names() const { return NamesBelow(levels_.size()); }

 private:
  friend class FanOutCompiler;
  std::vector<LevelPlan> levels_;
  std::deque<std::string> scope_names_;  // "parents.NAME" of each level
  int parallel_count_ = 1;
  std::int64_t partition_count_max_ = kPartitionsMax;
};

// Names of which only a run knows what they hold: templates that use one are not tried out when the
// definition is saved.
inline constexpr std::string_view kParent = "parent";
inline constexpr std::string_view kParents = "parents";

}  // namespace syncline::pull
