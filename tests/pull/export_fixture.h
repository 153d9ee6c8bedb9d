#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/patience.h"
#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {

// Pullers over a vendor that prepares its list. It answers by method and path; of several answers
// the last one stays.
class ExportTest : public FanOutTest {
 protected:
  void On(const std::string& asked, http::Response answer) {
    script_[asked].push_back(std::move(answer));
  }
  void On(const std::string& asked, std::string body, int status = 200) {
    On(asked, test::JsonResponse(std::move(body), status));
  }

  // An export in parts by name, as text format; `more` are further fields of the job.
  static std::string InChunks(const std::string& more = "") {
    return "request { url: 'https://v.example/exports/{{job}}/chunks/{{part}}' } export_job { "
           "create { method: METHOD_POST url: 'https://v.example/exports' } "
           "job: 'response.id' "
           "poll { url: 'https://v.example/exports/{{job}}' } "
           "ready_when: \"response.status == 'FINISHED'\" "
           "failed_when: \"response.status == 'ERROR' || response.why\" "
           "parts: 'response.chunks' "
           "clean_up { method: METHOD_DELETE url: 'https://v.example/exports/{{job}}' } " +
           more + " }";
  }
  // The vendor of InChunks: an export of two parts, ready at the second poll.
  void ServeChunks() {
    On("POST /exports", R"({"id":"e1"})");
    On("GET /exports/e1", R"({"status":"PROCESSING","chunks":[]})");
    On("GET /exports/e1", R"({"status":"FINISHED","chunks":[1,2]})");
    On("GET /exports/e1/chunks/1", R"([{"id":"a"},{"id":"b"}])");
    On("GET /exports/e1/chunks/2", R"([{"id":"c"}])");
    On("DELETE /exports/e1", http::Response{.status = 204});
  }

  // What was asked for so far, with the method; with the origin, where that is another.
  std::vector<std::string> Sent() const {
    std::vector<std::string> sent;
    for (const http::Request& request : exporting_.requests()) sent.push_back(NameOf(request));
    return sent;
  }
  int CountOf(std::string_view asked) const {
    int count = 0;
    for (const std::string& one : Sent()) count += one == asked ? 1 : 0;
    return count;
  }
  std::vector<int> Pauses() const {
    std::vector<int> seconds;
    for (const http::Wait& wait : waits_) {
      seconds.push_back(static_cast<int>(wait.delay.count() / 1000));
    }
    return seconds;
  }

  std::unique_ptr<Puller> MakeExport(const std::string& integration) {
    return MakePuller(exporting_, integration);
  }
  // All pages with another puller for each, as if the worker died after each commit.
  std::string ExportEachAnew(const std::string& integration) {
    std::string text;
    std::string checkpoint;
    for (int pages = 0;; ++pages) {
      const auto puller = MakeExport(integration);
      const absl::Status resumed = puller->Resume(pages, checkpoint);
      if (!resumed.ok()) return text + base::MessageOf(resumed);
      const auto page = puller->Next({});
      if (!page.ok()) return text + std::string(base::ReasonName(base::ReasonOf(page.status())));
      text += Describe(**page);
      checkpoint = (*page)->checkpoint;
      if (checkpoint.empty()) return text;
      text += " ";
    }
  }
  // All pages of a run that is parked, and comes back from its checkpoint when its time has come,
  // as often as it takes; how it ended is outcome_. `waits_` has the pauses of both kinds.
  std::string PullParked(const std::string& integration) {
    std::string text;
    std::string checkpoint;
    int pages = 0;
    while (parked_ < kParkedMax) {
      const auto puller = MakeExport(integration);
      outcome_ = puller->Resume(pages, checkpoint);
      while (outcome_.ok()) {
        const auto page = puller->Next({});
        outcome_ = page.status();
        if (page.ok() && !page->has_value()) return text;
        if (!page.ok()) break;
        text += (text.empty() ? "" : " ") + Describe(**page);
        checkpoint = (*page)->checkpoint;
        ++pages;
      }
      const auto park = http::ParkOf(outcome_);
      if (!park.has_value()) return text;
      EXPECT_EQ(park->wait.next_attempt, 1) << "no try of any request";
      EXPECT_FALSE(park->paid);
      ++parked_;
      waits_.push_back(park->wait);
      clock_.Advance(park->due - clock_.SteadyNow());
    }
    ADD_FAILURE() << "parked for ever: " << text;
    return text;
  }
  // The error that ends the walk.
  static absl::Status FailureOf(Puller& puller) {
    while (true) {
      const auto page = puller.Next({});
      if (!page.ok()) return page.status();
      if (!page->has_value()) return absl::OkStatus();
    }
  }

  static std::string NameOf(const http::Request& request) {
    std::string name = std::string(http::MethodName(request.method)) + " " +
                       (request.url.host == "v.example" ? "" : request.url.origin()) +
                       request.url.path;
    if (!request.url.query.empty()) name += "?" + request.url.query;
    return name;
  }

  static constexpr int kParkedMax = 20;
  int parked_ = 0;
  absl::Status outcome_;
  std::map<std::string, std::deque<http::Response>> script_;
  test::ScriptedTransport exporting_{[this](const http::Request& request) {
    const auto found = script_.find(NameOf(request));
    if (found == script_.end()) return test::JsonResponse(R"({"error":"no such thing"})", 404);
    http::Response answer = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return answer;
  }};
};

}  // namespace syncline::pull
