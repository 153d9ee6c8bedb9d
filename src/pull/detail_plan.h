#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "pull/fan_out_plan.h"
#include "pull/list.h"
#include "pull/request_scope.h"
#include "syncline/v1/detail.pb.h"

namespace syncline::pull {

// One further request per record, compiled.
struct DetailPlan {
  std::string name;
  std::shared_ptr<const List> list;
  bool has_pagination = false;
  std::optional<expression::Expression> result;  // absent: the answer, or the list of all records
  std::optional<expression::Expression> when;
  std::string into_member;  // "" = into the record
  std::vector<int> null_statuses;
  bool tolerate_failure = false;
  int parallel_count = 4;
};

// How records are told to be unchanged, compiled.
struct SkipPlan {
  std::optional<expression::Expression> key;  // absent: the member `id`
  expression::Expression version;
};

// The details of an integration, in order. Immutable, safe for concurrent use.
class DetailsPlan {
 public:
  static constexpr int kDetailsMax = 8;
  static constexpr int kParallelMax = 32;
  static constexpr int kNullStatusesMax = 8;
  static constexpr int kPagesMax = 1'000;  // of one detail of one record

  // INVALID_ARGUMENT with every mistake, named from the integration down: "details[0].name".
  static absl::StatusOr<std::shared_ptr<const DetailsPlan>> Compile(
      const v1::Integration& integration, const ListPlace& place);

  const std::vector<DetailPlan>& details() const { return details_; }
  const std::optional<SkipPlan>& skip() const { return skip_; }
  // Of the detail with the most.
  int parallel_count() const;

 private:
  friend class DetailCompiler;
  std::vector<DetailPlan> details_;
  std::optional<SkipPlan> skip_;
};

}  // namespace syncline::pull
