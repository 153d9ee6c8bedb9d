#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "json/document.h"
#include "paging/walk.h"
#include "pull/answer.h"
#include "pull/answers_ahead.h"
#include "pull/errand.h"
#include "pull/export_job.h"
#include "pull/job_clean_ups.h"
#include "pull/list.h"
#include "pull/list_position.h"
#include "pull/paging_outlook.h"
#include "pull/record_stream.h"
#include "pull/request_scope.h"
#include "pull/response_scope.h"
#include "pull/vendor_client.h"
#include "pull/watermark.h"

namespace syncline::pull {

struct PageMemory;

// One page of a list. Records are valid as long as `document` and `memory` are held; both may
// outlive the walk.
struct ListPage {
  std::shared_ptr<const json::Document> document;
  std::shared_ptr<const void> memory;  // holds what was computed of the records
  expression::Value records;           // an array, as the record steps left it
  std::int64_t response_bytes = 0;     // decoded body
  bool last = false;                   // the walk ended with it
  bool begins_list = false;            // the walk began with it
  bool ends_job = false;               // with `last`: nothing more is wanted of the export job
  // On the last one: by the vendor's own words the list holds more (LIST_INCOMPLETE); else OK.
  absl::Status doubt = absl::OkStatus();
  // On the first one of an `automatic` walk: how it goes on, and why.
  std::string paging = "";
  // With `last`: where the next incremental run of the list begins, if that is another place.
  std::optional<std::int64_t> state = std::nullopt;
};

// Walks the pages of one list, all parts of it where it is an export: renders the request, signs
// it, sends it with retries, judges the answer, decodes it, finds the records, and works out how to
// ask for the next page. Knows nothing of whose list it is: the integration's own, that of the
// parents in a fan-out, or a detail's. Holds no page but those that came ahead of their turn, where
// the pagination has several of them on the wire. One thread at a time.
class ListWalk {
 public:
  // What a walk needs of its surroundings. The references must outlive it.
  struct Place {
    VendorClient& client;
    const RunScope& run;
    // What templates see beside `page`: the names of `run`, and of whoever walks the list
    // (`parent`, …). What they refer to must outlive the walk.
    expression::Scope names;
    // Of an integration with `incremental`: templates see `state`, too. Else null.
    std::shared_ptr<const IncrementalPlan> incremental = nullptr;
    StateSource* states = nullptr;     // null: as in the first run, the whole list is walked
    std::string partition = "";        // whose state it is
    JobCleanUps* clean_ups = nullptr;  // null: no export job is cleaned up
    Errand errand = {};                // what its requests are sent for
    PagingOutlook* outlook = nullptr;  // told after each page how paging goes on; null: nobody is
  };

  // At the first page. INVALID_ARGUMENT for a list whose pagination is wrong: List::Compile would
  // have refused it. What IncrementalPlan::Initial says.
  static absl::StatusOr<ListWalk> Begin(std::shared_ptr<const List> list, Place place);

  // Whose state it goes by, as its place said.
  const std::string& partition() const { return place_.partition; }
  // Times that a rule may have the list begin again.
  static constexpr std::int64_t kRestartsMax = 3;

  // The page where the walk stands, from 1; it goes on rising when the list begins again.
  std::int64_t page_number() const { return position_.pages_before + walk_.page_number(); }
  // Records in the whole list as far as the vendor told; 0 = unknown.
  std::int64_t total() const {
    return job_ != nullptr && job_->has_several_parts() ? 0 : walk_.total();
  }

  // Pulls the page where the walk stands, and goes on to the one after it unless it was the last. A
  // page that failed may be asked for again. The order of an export is a page of its own, empty.
  // The errors of Puller::Next, StateSource::Find and Watermark::Observe.
  absl::StatusOr<ListPage> Next(std::stop_token stop);

  // Where the walk stands, as JSON text of bounded size, and back. Only while there is a next page.
  // INTERNAL when the text is none of ours.
  std::string Checkpoint() const;
  absl::Status Restore(std::string_view checkpoint);

 private:
  ListWalk(std::shared_ptr<const List> list, Place place, paging::Walk walk)
      : list_(std::move(list)), place_(std::move(place)), walk_(std::move(walk)) {}

  // Reads the state that the walk begins with, unless that was done.
  absl::Status BeginState();
  // Goes on at the beginning of the list, or of a part of it, with that page number.
  void WalkFrom(std::int64_t page_number);
  // Orders the export; the page that stands for it.
  absl::StatusOr<ListPage> Order(std::stop_token stop);
  // Waits until the part where the export stands can be asked for; the page that comes instead, if
  // one does.
  absl::StatusOr<std::optional<ListPage>> BeginPart(std::stop_token stop);
  // Notes what the end of the list leaves behind.
  void EndList(ListPage* page);
  // The answer for the page that paging asks for; `asked` says which, as the list may begin again.
  absl::StatusOr<Answer> AskForPage(paging::PageRequest* asked, std::stop_token stop);
  // The answer to the request for that page, also from where the export has moved to.
  absl::StatusOr<Answer> AnswerOfPart(const paging::PageRequest& page, std::stop_token stop);
  // The answer to the request for a page, by itself or with those that follow on the wire.
  absl::StatusOr<Answer> AnswerTo(const paging::PageRequest& page, std::stop_token stop);
  // Next where answers may be cut: the page that is cut next, and the turn with the last one.
  absl::StatusOr<ListPage> NextOfStream(std::stop_token stop);
  absl::StatusOr<ListPage> TurnStreamed(RecordStream::Page cut);
  absl::StatusOr<ListPage> PageOfCut(decode::RecordPage::Cut cut);
  // Opens the answer to the request for the page where paging stands.
  absl::Status OpenStream();
  // The page that an answer holds, noted as what was made of it.
  absl::StatusOr<ListPage> Turn(const Answer& answer, const paging::PageRequest& asked);
  // The page that an answer holds, and the walk past it.
  absl::StatusOr<ListPage> PageOf(const Answer& answer, const paging::PageRequest& asked);
  // Notes what was made of the answer, which held `records`, and tells the outlook.
  void Explain(std::int64_t exchange_id, std::int64_t number, std::string_view records,
               const absl::StatusOr<ListPage>& page);
  // VENDOR_ERROR when the list, or a streamed answer of it, began again too often.
  absl::Status CountRestart();
  absl::Status BeginAgain();
  absl::StatusOr<reshape::Reshaped> Reshape(const expression::Value& body,
                                            PageMemory* memory) const;
  // Finds the records of an answer and lets the steps reshape them. Yields the records as the
  // vendor lists them, which paging counts.
  absl::StatusOr<expression::Value> FindRecordsIn(const Answer& answer, PageMemory* memory,
                                                  ListPage* page) const;
  // Goes on to the next page, and notes what the vendor says of the walk. `listed_before`: records
  // of the same answer before those `listed`.
  absl::Status Advance(const Answer& answer, const expression::Value& listed,
                       std::int64_t listed_before, const ResponseScope& scope, ListPage* page);

  std::shared_ptr<const List> list_;
  Place place_;
  paging::Walk walk_;
  std::unique_ptr<ExportJob> job_;        // null: the list need not be ordered
  expression::Scope names_;               // of the place, with those of the job
  std::unique_ptr<Watermark> watermark_;  // null without `incremental`
  ListPosition position_;
  // Where the pagination allows pages in parallel. Its threads use what stands above.
  std::unique_ptr<AnswersAhead> ahead_;
  std::unique_ptr<RecordStream> stream_;  // the answer that is being cut
  paging::PageRequest streamed_;          // what it answers
  bool cuts_anew_ = false;                // from its first record, though some were handed out
};

}  // namespace syncline::pull
