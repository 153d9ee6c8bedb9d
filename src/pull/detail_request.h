#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "json/document.h"
#include "pull/detail_plan.h"
#include "pull/errand.h"
#include "pull/request_scope.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// What one detail of one record yielded.
struct DetailResult {
  expression::Value value;                         // null: nothing there, or not asked for
  std::shared_ptr<const json::Document> document;  // that the value stands in; null with it
  std::int64_t response_bytes = 0;
};

// Asks for a detail, all of its pages if it has some. `names` hold `record`; `errand` says whose
// detail it is. What the list of a
// detail can be refused for; EXPRESSION_*; PAGE_LIMIT_REACHED past DetailsPlan::kPagesMax. Any
// thread.
absl::StatusOr<DetailResult> AskForDetail(const DetailPlan& detail, VendorClient& client,
                                          const RunScope& run, const expression::Scope& names,
                                          const Errand& errand, std::stop_token stop);

}  // namespace syncline::pull
