#include "pull/detail_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "pull/answer.h"
#include "pull/list_walk.h"

namespace syncline::pull {
namespace {

using expression::Value;

// The status with which an answer was refused stands in the error's metadata.
bool IsNoFailure(const absl::Status& status, const std::vector<int>& null_statuses) {
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const auto refused = metadata.find("status");
  return refused != metadata.end() && std::ranges::any_of(null_statuses, [&](int one) {
           return refused->second == std::to_string(one);
         });
}

// The result of a detail over `root`, held by nothing but a document of its own: of a large answer
// mostly a part is wanted, and what an expression computed would need its memory.
absl::Status Keep(const DetailPlan& detail, const Value& root, base::Time now,
                  std::shared_ptr<const json::Document> whole, DetailResult* result) {
  expression::Evaluation evaluation(now);
  Value value = root;
  if (detail.result.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(value, detail.result->Evaluate(root, evaluation));
  }
  if (value.is_null()) return absl::OkStatus();
  const bool is_whole =
      whole != nullptr && value.is_node() && value.node().index() == whole->root().index();
  if (is_whole) {
    result->document = std::move(whole);
  } else {
    SYNCLINE_ASSIGN_OR_RETURN(result->document, json::Document::Parse(expression::ToJson(value)));
  }
  result->value = Value(result->document->root());
  return absl::OkStatus();
}

absl::StatusOr<DetailResult> AskOnce(const DetailPlan& detail, VendorClient& client,
                                     const RunScope& run, const expression::Scope& names,
                                     const Errand& errand, std::stop_token stop) {
  DetailResult result;
  const paging::PageRequest only = detail.list->MakeWalk().request();
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request,
                            detail.list->RequestFor(only, names, run.run_start()));
  SYNCLINE_ASSIGN_OR_RETURN(Answer answer, Ask(client, std::move(request), detail.list->rules(),
                                               std::move(stop), nullptr, errand));
  result.response_bytes = answer.body_bytes;
  if (answer.without_content) return result;
  const Value body(answer.document->root());
  SYNCLINE_RETURN_IF_ERROR(
      Keep(detail, body, run.run_start(), std::move(answer.document), &result));
  return result;
}

absl::StatusOr<DetailResult> AskForAllPages(const DetailPlan& detail, VendorClient& client,
                                            const RunScope& run, const expression::Scope& names,
                                            const Errand& errand, std::stop_token stop) {
  DetailResult result;
  ListWalk::Place place{.client = client, .run = run, .names = names};
  place.errand = errand;
  SYNCLINE_ASSIGN_OR_RETURN(ListWalk walk, ListWalk::Begin(detail.list, std::move(place)));
  std::vector<ListPage> pages;
  std::vector<Value> records;
  do {
    if (pages.size() == DetailsPlan::kPagesMax) {
      return base::Error(base::Reason::kPageLimitReached,
                         fmt::format("It goes on after {} pages.", DetailsPlan::kPagesMax));
    }
    absl::StatusOr<ListPage> page = walk.Next(stop);
    // In the middle of a list it is no answer about the list.
    const bool is_null = pages.empty() && IsNoFailure(page.status(), detail.null_statuses);
    if (is_null) return DetailResult{};
    SYNCLINE_RETURN_IF_ERROR(page.status());
    page->records.ForEachElement([&](const Value& record) { records.push_back(record); });
    result.response_bytes += page->response_bytes;
    pages.push_back(*std::move(page));
  } while (!pages.back().last);
  // A record that lacks a part of itself is none.
  SYNCLINE_RETURN_IF_ERROR(pages.back().doubt);
  SYNCLINE_RETURN_IF_ERROR(Keep(detail, Value::Array(records), run.run_start(), nullptr, &result));
  return result;
}

}  // namespace

absl::StatusOr<DetailResult> AskForDetail(const DetailPlan& detail, VendorClient& client,
                                          const RunScope& run, const expression::Scope& names,
                                          const Errand& errand, std::stop_token stop) {
  Errand of_this = errand;
  of_this.null_statuses = &detail.null_statuses;
  if (detail.has_pagination) {
    return AskForAllPages(detail, client, run, names, of_this, std::move(stop));
  }
  auto result = AskOnce(detail, client, run, names, of_this, std::move(stop));
  if (!result.ok() && IsNoFailure(result.status(), detail.null_statuses)) return DetailResult{};
  return result;
}

}  // namespace syncline::pull
