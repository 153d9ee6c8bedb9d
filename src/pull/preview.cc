#include "pull/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

constexpr const char* kLeftOut = "[left out: the exchanges of this preview are large]";

// What a person looks at is one after the other.
v1::Integration OneAtATime(v1::Integration integration) {
  if (integration.has_fan_out()) integration.mutable_fan_out()->set_parallel_count(1);
  if (integration.has_pagination()) integration.mutable_pagination()->clear_parallel_page_count();
  return integration;
}

// The JSON of the first records of a page, without the secrets that they repeat.
std::vector<std::string> ScrubbedRecords(const expression::Value& records,
                                         const ExchangeLog::Scrub& scrub) {
  std::string joined;  // scrubbing one text costs as much as scrubbing many
  std::int64_t count = 0;
  records.ForEachElement([&](const expression::Value& record) {
    if (count++ >= Preview::kLookedAtMax) return;
    expression::AppendJson(record, &joined);
    joined += '\n';  // JSON has none of its own
  });
  joined = scrub(std::move(joined));
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < joined.size();) {
    const std::size_t end = std::min(joined.find('\n', at), joined.size());
    texts.push_back(joined.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

void BoundBodies(std::vector<model::Exchange>* exchanges) {
  std::size_t bytes = 0;
  for (model::Exchange& one : *exchanges) {
    for (std::string* body : {&one.request_body, &one.response_body}) {
      bytes += body->size();
      if (!body->empty() && bytes > Preview::kBodyBytesMax) *body = kLeftOut;
    }
  }
}

}  // namespace

Preview::Preview(http::Transport& vendor, const base::Clock& clock, base::Random& random,
                 base::SteadyTime deadline)
    : clock_(clock, deadline),
      random_(random),
      vendor_(vendor, clock_, deadline),
      log_({.newest = static_cast<std::size_t>(kExchangesMax)}),
      sign_in_(vendor_, clock_, log_) {}

// A wait that was not allowed is no cancellation, and nothing is parked here: what the wait was for
// is what a run would have met.
absl::Status Preview::Explained(const absl::Status& status) const {
  const bool is_cut = base::ReasonOf(status) == base::Reason::kCancelled && clock_.refused();
  std::optional<http::Wait> wait = is_cut ? refused_ : std::nullopt;
  if (const auto park = http::ParkOf(status); park.has_value()) wait = park->wait;
  if (!wait.has_value()) return status;
  const double seconds = static_cast<double>(wait->delay.count()) / 1000;
  return base::Error(wait->reason, fmt::format("{} A run would wait {:.1f} s and try again.",
                                               wait->message, seconds));
}

absl::Status Preview::Pull(Puller& puller, const Bounds& bounds, const ExchangeLog::Scrub& scrub,
                           std::stop_token stop, Result* result) const {
  std::size_t bytes = 0;
  for (int count = 0; count < bounds.page_count; ++count) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::optional<Page> page, puller.Next(stop));
    if (!page.has_value()) break;
    for (std::string& record : ScrubbedRecords(page->records, scrub)) {
      if (const auto document = json::Document::Parse(record); document.ok()) {
        result->fields.Add(expression::Value((*document)->root()));
      }
      if (result->records.size() >= static_cast<std::size_t>(bounds.record_count)) continue;
      if (bytes + record.size() > kRecordBytesMax) continue;
      bytes += record.size();
      result->records.push_back(std::move(record));
    }
    result->states.insert(result->states.end(), page->states.begin(), page->states.end());
    const std::optional<model::RunError>& told =
        page->refusal.has_value() ? page->refusal->error : page->doubt;
    if (told.has_value()) {
      return base::Error(base::ParseReason(told->reason).value_or(base::Reason::kInternal),
                         told->message,
                         base::ErrorMetadata(told->metadata.begin(), told->metadata.end()));
    }
    if (page->last) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<Preview::Result> Preview::Run(v1::Integration integration,
                                             std::unique_ptr<auth::Authenticator> authenticator,
                                             const Bounds& bounds, std::stop_token stop) {
  Result result;
  ExchangeLog::Scrub scrub;
  {
    SYNCLINE_ASSIGN_OR_RETURN(
        const std::unique_ptr<Puller> puller,
        Puller::Make({.integration = OneAtATime(std::move(integration)),
                      .authenticator = std::move(authenticator),
                      .transport = vendor_,
                      .clock = clock_,
                      .random = random_,
                      .run_start = clock_.Now(),
                      .on_wait = [this](const http::Wait& wait) { refused_ = wait; },
                      .exchanges = &log_,
                      .detailed_record_max = static_cast<std::size_t>(bounds.record_count),
                      .outlook = &result.outlook}));
    scrub = puller->MakeScrub();
    log_.SetScrub(scrub);
    result.error = Explained(Pull(*puller, bounds, scrub, stop, &result));
    puller->CleanUp(true, std::move(stop));  // an export that was ordered for it
  }                                          // ends the sign-in, which is an exchange too
  result.exchanges = log_.TakeNews(true);
  BoundBodies(&result.exchanges);
  for (std::string* text : {&result.outlook.paging, &result.outlook.next_request}) {
    *text = scrub(std::move(*text));
  }
  return result;
}

}  // namespace syncline::pull
