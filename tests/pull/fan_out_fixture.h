#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {

// Pullers over a vendor that answers by path and query.
class FanOutTest : public PullerTest {
 protected:
  // "number:ids" of every page, with the partition before the colon; the last one ends with ".".
  static std::string Describe(const Page& page) {
    std::string text = std::to_string(page.number);
    if (page.partition != nullptr) {
      for (const Element& element : page.partition->elements()) text += "/" + element.key;
    }
    text += ":";
    page.records.ForEachElement([&](const expression::Value& record) {
      std::string id;
      expression::AppendText(record.Find("id"), &id);
      text += (text.ends_with(":") ? "" : ",") + id;
    });
    return text + (page.last ? "." : "");
  }

  // All pages, or those before an error and its reason.
  static std::string PullAll(Puller& puller) {
    std::string text;
    while (true) {
      const auto page = puller.Next({});
      if (!text.empty()) text += " ";
      if (!page.ok()) return text + std::string(base::ReasonName(base::ReasonOf(page.status())));
      if (!page->has_value()) return text.substr(0, text.size() - 1);
      EXPECT_EQ((*page)->checkpoint.empty(), (*page)->last);
      text += Describe(**page);
    }
  }

  // As PullAll, with another puller for every page, as if the worker died after each.
  std::string PullEachAnew(const std::string& integration) {
    std::string text;
    std::string checkpoint;
    for (int pages = 0;; ++pages) {
      const auto puller = MakePuller(vendor_, integration);
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

  // What was asked for, path and query, in order.
  std::vector<std::string> Asked() const {
    std::vector<std::string> asked;
    for (const http::Request& request : vendor_.requests()) {
      asked.push_back(request.url.path +
                      (request.url.query.empty() ? "" : "?" + request.url.query));
    }
    return asked;
  }

  // Bodies by path and query; what is not there is 404.
  std::map<std::string, std::string> answers_;
  test::ScriptedTransport vendor_{[this](const http::Request& request) {
    const std::string asked =
        request.url.path + (request.url.query.empty() ? "" : "?" + request.url.query);
    const auto answer = answers_.find(asked);
    if (answer == answers_.end()) return test::JsonResponse(R"({"error":"none"})", 404);
    return test::JsonResponse(answer->second);
  }};
};

}  // namespace syncline::pull
