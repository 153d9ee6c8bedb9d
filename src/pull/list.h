#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "http/message.h"
#include "paging/walk.h"
#include "pull/answer_rules.h"
#include "pull/request_scope.h"
#include "request/request_template.h"
#include "reshape/record_steps.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Where a list stands in a definition: which names its templates see beside `page`.
struct ListPlace {
  request::NamesInScope names;       // e.g. {"vars", "run"}
  const expression::Scope& example;  // what they are when the definition is saved
  // Those of which only a run knows what they hold.
  request::NamesInScope unknown = {};
};

struct ExportJobPlan;
// How the answers of a list are cut into pages while they arrive.
struct Cutting {
  // What is larger is cut where nothing needs it whole. Small enough that the few of them which a
  // run has in hand at a time fit into its memory.
  static constexpr std::size_t kLargeBytes = std::size_t{4} << 20;

  std::vector<std::string> path;   // member names from the root of the body to the records
  std::size_t held_bytes_max = 0;  // an answer that is no larger is held as a whole all the same
};

// A list of the vendor, compiled: how to ask for its pages, where the records are, what its answers
// may be. The integration's own list, lists of parents and of details are all of this kind.
// Immutable, safe for concurrent use by any number of walks.
class List {
 public:
  // How an integration, or a part of one, describes it.
  struct Definition {
    v1::Request request;
    std::optional<v1::Pagination> pagination;  // absent = `none`
    std::string records;                       // "" = "@"
    v1::ResponseRules response;
    google::protobuf::RepeatedPtrField<v1::RecordStep> record_steps = {};
    std::optional<v1::ExportJob> export_job = {};
    // Whether its answers may be cut when they turn out to be large, without response.stream.
    bool may_be_cut = false;
  };

  // INVALID_ARGUMENT with every mistake; fields are those of the message that the list stands in:
  // "request.url", "pagination.limitPage.limit", "records".
  static absl::StatusOr<std::shared_ptr<const List>> Compile(const Definition& definition,
                                                             const ListPlace& place);

  // A walk's position at the first page.
  paging::Walk MakeWalk() const { return paging::Walk(pagination_); }
  const paging::CompiledPagination& pagination() const { return *pagination_; }
  // The request for a page, not yet signed. Without a next URL, the list's own URL with its query
  // and the page's parameters; with `part_url`, that one in place of the list's own. EXPRESSION_*,
  // TEMPLATE_VALUE_MISSING, URL_INVALID.
  absl::StatusOr<http::Request> RequestFor(const paging::PageRequest& page,
                                           const expression::Scope& names, base::Time now,
                                           std::string_view part_url = {}) const;
  const expression::Expression& records() const { return records_; }
  const reshape::RecordSteps& steps() const { return steps_; }
  const AnswerRules& rules() const { return *rules_; }
  // How the list is ordered before it can be asked for; null: it need not be.
  const std::shared_ptr<const ExportJobPlan>& export_job() const { return export_job_; }
  // nullopt: every answer is held.
  const std::optional<Cutting>& cutting() const { return cutting_; }

 private:
  List(request::RequestTemplate request,
       std::shared_ptr<const paging::CompiledPagination> pagination, expression::Expression records,
       std::shared_ptr<const AnswerRules> rules, reshape::RecordSteps steps,
       std::shared_ptr<const ExportJobPlan> export_job, std::optional<Cutting> cutting)
      : request_(std::move(request)),
        pagination_(std::move(pagination)),
        records_(std::move(records)),
        rules_(std::move(rules)),
        steps_(std::move(steps)),
        export_job_(std::move(export_job)),
        cutting_(std::move(cutting)) {}

  const request::RequestTemplate request_;
  const std::shared_ptr<const paging::CompiledPagination> pagination_;
  const expression::Expression records_;
  const std::shared_ptr<const AnswerRules> rules_;
  const reshape::RecordSteps steps_;
  const std::shared_ptr<const ExportJobPlan> export_job_;
  const std::optional<Cutting> cutting_;
};

}  // namespace syncline::pull
