#include "pull/watermark.h"

#include <gmock/gmock.h>

#include <map>

#include "http/date.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using test::JsonResponse;
using test::ScriptedTransport;
using testing::HasSubstr;

// States as they would be stored.
class MapStateSource final : public StateSource {
 public:
  absl::StatusOr<std::optional<std::int64_t>> Find(const std::string& partition) override {
    ++asked;
    if (!failure.ok()) return std::exchange(failure, absl::OkStatus());
    const auto found = states.find(partition);
    if (found == states.end()) return std::nullopt;
    return found->second;
  }
  std::map<std::string, std::int64_t> states;
  absl::Status failure;
  int asked = 0;
};

// Runs of an integration with `incremental`, one after the other, each with the states that the one
// before it left. The clock stands at kNow.
class WatermarkTest : public PullerTest {
 protected:
  WatermarkTest() { states_ = &source_; }

  // The time of the test's clock, as a vendor would write it, some seconds later.
  std::string At(std::int64_t seconds) const {
    return TimeFormat::Make("")->Write(std::chrono::milliseconds(Now() + seconds * 1'000));
  }
  std::int64_t Now() const {
    return std::chrono::floor<std::chrono::milliseconds>(clock_.Now().time_since_epoch()).count();
  }
  std::string Record(const std::string& id, std::int64_t seconds) const {
    return R"({"id":")" + id + R"(","at":")" + At(seconds) + R"("})";
  }
  static std::string List(const std::vector<std::string>& records) {
    std::string list = "[";
    for (const std::string& record : records) list += (list.size() > 1 ? "," : "") + record;
    return list + "]";
  }

  // Walks to the end and stores the states; the ids, or the error.
  absl::StatusOr<std::string> Run(ScriptedTransport& transport, const std::string& integration) {
    const auto puller = MakePuller(transport, integration);
    std::string ids;
    while (true) {
      SYNCLINE_ASSIGN_OR_RETURN(const std::optional<Page> page, puller->Next({}));
      if (!page.has_value()) return ids;
      page->records.ForEachElement([&](const expression::Value& record) {
        ids += (ids.empty() ? "" : ",") + std::string(record.Find("id").text());
      });
      whole_list_ = page->whole_list;
      for (const auto& state : page->states) source_.states[state.partition] = state.value;
    }
  }
  std::string Asked(const ScriptedTransport& transport, std::size_t index) {
    return transport.requests().at(index).url.ToString();
  }

  MapStateSource source_;
  bool whole_list_ = false;
};

constexpr char kPlain[] = R"(
    request { url: 'http://v.example/items' query { key: 'since' value: '{{state.cursor}}' }
              omit_empty: true }
    incremental { record_field: 'at' })";

TEST_F(WatermarkTest, AsksForWhatChangedSinceTheNewestRecord) {
  ScriptedTransport transport;
  transport.EnqueueJson(
      List({Record("a", -90), Record("b", -60), R"({"id":"c"})", R"({"id":"d","at":null})"}));
  transport.EnqueueJson(List({Record("b", -60), Record("a", -30)}));
  transport.EnqueueJson("[]");
  transport.EnqueueJson("[]");
  EXPECT_EQ(*Run(transport, kPlain), "a,b,c,d") << "records without the field are taken";
  EXPECT_EQ(*Run(transport, kPlain), "b,a");
  EXPECT_EQ(*Run(transport, kPlain), "");
  EXPECT_EQ(*Run(transport, kPlain), "");
  EXPECT_EQ(Asked(transport, 0), "http://v.example/items");
  const auto asked = [&](std::int64_t seconds) {
    return "http://v.example/items?since=" + http::PercentEncode(At(seconds));
  };
  EXPECT_EQ(Asked(transport, 1), asked(-60)) << "the instant itself is asked for again";
  EXPECT_EQ(Asked(transport, 2), asked(-30));
  EXPECT_EQ(Asked(transport, 3), asked(-30)) << "an empty answer leaves the state as it is";
}

TEST_F(WatermarkTest, AFullRunAsksForAllAndMovesTheState) {
  source_.states[""] = Now();
  states_ = nullptr;
  ScriptedTransport transport;
  transport.EnqueueJson(List({Record("a", -90)}));
  EXPECT_EQ(*Run(transport, kPlain), "a");
  EXPECT_EQ(Asked(transport, 0), "http://v.example/items");
  EXPECT_TRUE(whole_list_);
  EXPECT_EQ(source_.states[""], Now() - 90'000)
      << "what is newest in the list, not what was stored";
}

TEST_F(WatermarkTest, OnlyRunsThatAskForAllKnowWhatIsMissing) {
  ScriptedTransport transport;
  transport.EnqueueJson("[]");
  transport.EnqueueJson("[]");
  EXPECT_TRUE(Run(transport, kPlain).ok());
  EXPECT_FALSE(whole_list_) << "nor does the first run, unless it is full";
  EXPECT_TRUE(Run(transport, "request { url: 'http://v.example/items' }").ok());
  EXPECT_TRUE(whole_list_);
}

// While the second page is read, the record of the first changes, and one of the second after it.
TEST_F(WatermarkTest, WhatChangesMeanwhileIsNotLost) {
  const std::string paged = std::string(kPlain) + "pagination { limit_page { limit: 1 } }";
  ScriptedTransport transport;
  transport.EnqueueJson(List({Record("a", -60)}));
  transport.EnqueueJson(List({Record("b", 20)}));
  transport.EnqueueJson("[]");
  EXPECT_EQ(*Run(transport, paged), "a,b");
  EXPECT_EQ(source_.states[""], Now()) << "not beyond the moment when the run began";
}

TEST_F(WatermarkTest, TheVendorsClockCounts) {
  ScriptedTransport transport;
  http::Response late = JsonResponse(List({Record("a", -10)}));
  late.headers.Set("Date", http::FormatHttpDate(clock_.Now() - std::chrono::seconds(30)));
  transport.Enqueue(late);
  EXPECT_TRUE(Run(transport, kPlain).ok());
  EXPECT_EQ(source_.states[""], Now() - 30'000) << "its clock is behind ours";
  http::Response ahead = JsonResponse(List({Record("a", 10)}));
  ahead.headers.Set("Date", http::FormatHttpDate(clock_.Now() + std::chrono::seconds(30)));
  transport.Enqueue(ahead);
  EXPECT_TRUE(Run(transport, kPlain).ok());
  EXPECT_EQ(source_.states[""], Now()) << "ours is";
}

TEST_F(WatermarkTest, TheStateDoesNotGoBack) {
  source_.states[""] = Now() - 10'000;
  ScriptedTransport transport;
  transport.EnqueueJson(List({Record("a", -3'000)}));
  EXPECT_TRUE(Run(transport, kPlain).ok());
  EXPECT_EQ(source_.states[""], Now() - 10'000);
}

TEST_F(WatermarkTest, OtherSources) {
  struct Row {
    std::string name, incremental, records, body;
    std::optional<std::int64_t> state;
    std::string second;
  };
  const std::int64_t now = Now();
  const std::vector<Row> rows = {
      {"run start", "run_start: true", "@", "[]", now, At(0)},
      {"answer", "response_field: 'response.as_of' input_formats: 'epoch' output_format: 'epoch'",
       "`[]`", R"({"as_of":)" + std::to_string(now / 1000 - 5) + "}", now - now % 1000 - 5'000,
       std::to_string(now / 1000 - 5)},
      {"header", "response_field: 'headers.\"x-version\"' type: TYPE_NUMBER", "@", "[]", 17, "17"},
      {"number", "record_field: 'version' type: TYPE_NUMBER exclusive_bound: true", "@",
       R"([{"id":"a","version":7},{"id":"b","version":"12"}])", 12, "11"},
      {"no value", "record_field: 'version' type: TYPE_NUMBER", "@", R"([{"id":"a"}])",
       std::nullopt, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    source_.states.clear();
    ScriptedTransport transport;
    for (int i = 0; i < 2; ++i) {
      http::Response response = JsonResponse(row.body);
      response.headers.Set("X-Version", "17");
      transport.Enqueue(response);
    }
    const std::string integration = R"(
        request { url: 'http://v.example/items' query { key: 'since' value: '{{state.cursor}}' }
                  omit_empty: true }
        records: ')" + row.records + "' incremental { " +
                                    row.incremental + "}";
    ASSERT_TRUE(Run(transport, integration).ok());
    EXPECT_EQ(source_.states.contains(""), row.state.has_value());
    if (row.state.has_value()) {
      EXPECT_EQ(source_.states[""], *row.state);
    }
    ASSERT_TRUE(Run(transport, integration).ok());
    EXPECT_EQ(Asked(transport, 1), row.second.empty() ? "http://v.example/items"
                                                      : "http://v.example/items?since=" +
                                                            http::PercentEncode(row.second));
  }
}

TEST_F(WatermarkTest, ANumberIsOneInABody) {
  for (const auto& [initial, body] :
       {std::pair("7", R"({"after":7})"), std::pair("007", R"({"after":"007"})")}) {
    ScriptedTransport transport;
    transport.EnqueueJson("[]");
    const std::string integration = R"(
        request {
          method: METHOD_POST url: 'http://v.example/items'
          body { struct_value {
            fields { key: 'after' value { string_value: '{{state.cursor}}' } } } }
        }
        incremental { record_field: 'n' type: TYPE_NUMBER initial: ')" +
                                    std::string(initial) + "' }";
    EXPECT_TRUE(Run(transport, integration).ok());
    EXPECT_EQ(transport.requests().at(0).body, body);
  }
}

constexpr char kNewestFirst[] = R"(
    request { url: 'http://v.example/items' }
    pagination { limit_page { limit: 2 } }
    incremental { record_field: 'at' client_side: true newest_first: true })";

TEST_F(WatermarkTest, TheNewestFirstEndWithTheFirstPageOfOldOnes) {
  source_.states[""] = Now() - 100'000;
  ScriptedTransport transport;
  transport.EnqueueJson(List({Record("a", -10), Record("b", -50)}));
  transport.EnqueueJson(List({Record("c", -100), Record("d", -150)}));
  transport.EnqueueJson(List({Record("e", -200), Record("f", -250)}));
  EXPECT_EQ(*Run(transport, kNewestFirst), "a,b,c") << "the same instant is taken again";
  EXPECT_EQ(transport.requests().size(), 3U) << "and the page after it is looked at";
  EXPECT_EQ(source_.states[""], Now() - 10'000);
}

TEST_F(WatermarkTest, RecordsWithoutTheFieldDoNotEndTheWalk) {
  source_.states[""] = Now() - 100'000;
  ScriptedTransport transport;
  transport.EnqueueJson(R"([{"id":"a"},{"id":"b"}])");
  transport.EnqueueJson(List({R"({"id":"c"})", Record("d", -150)}));
  EXPECT_EQ(*Run(transport, kNewestFirst), "a,b,c");
}

TEST_F(WatermarkTest, TheFirstRunAndAFullOneTakeAllOfANewestFirstList) {
  for (StateSource* const states : {states_, static_cast<StateSource*>(nullptr)}) {
    source_.states.clear();
    states_ = states;
    ScriptedTransport transport;
    transport.EnqueueJson(List({Record("a", -10), Record("b", -50)}));
    transport.EnqueueJson(List({Record("c", -900)}));
    EXPECT_EQ(*Run(transport, kNewestFirst), "a,b,c");
  }
}

TEST_F(WatermarkTest, ARunGoesOnWithTheStateThatItBeganWith) {
  source_.states[""] = Now() - 100'000;
  ScriptedTransport transport;
  transport.EnqueueJson(List({Record("a", -10), Record("b", -50)}));
  const auto first = MakePuller(transport, kNewestFirst);
  const auto page = first->Next({});
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE((*page)->states.empty()) << "not before the end";
  source_.states[""] = Now();
  source_.asked = 0;
  transport.EnqueueJson(List({Record("c", -90)}));
  const auto second = MakePuller(transport, kNewestFirst);
  ASSERT_TRUE(second->Resume(1, (*page)->checkpoint).ok());
  const auto last = second->Next({});
  ASSERT_TRUE(last.ok()) << base::MessageOf(last.status());
  EXPECT_EQ((*last)->records.size(), 1U);
  EXPECT_EQ((*last)->states, (std::vector<model::PartitionState>{{"", Now() - 10'000}}))
      << "the newest of both halves";
  EXPECT_EQ(source_.asked, 0);
  EXPECT_EQ(base::ReasonOf(MakePuller(transport, kNewestFirst)->Resume(1, "{}")),
            base::Reason::kInternal);
}

TEST_F(WatermarkTest, AStateThatCannotBeReadIsAskedForAgain) {
  source_.failure = base::Error(base::Reason::kDatabaseUnavailable, "away");
  ScriptedTransport transport;
  transport.EnqueueJson("[]");
  const auto puller = MakePuller(transport, kPlain);
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kDatabaseUnavailable);
  EXPECT_TRUE(transport.requests().empty());
  EXPECT_TRUE(puller->Next({}).ok());
}

TEST_F(WatermarkTest, ValuesThatNoFormatReadsAreAnErrorWhenThereAreNoOthers) {
  ScriptedTransport transport;
  transport.EnqueueJson(R"([{"id":"a","at":"soon"},{"id":"b","at":"later"}])");
  transport.EnqueueJson(List({R"({"id":"a","at":"soon"})", Record("b", -10)}));
  const auto failed = Run(transport, kPlain).status();
  EXPECT_EQ(base::ReasonOf(failed), base::Reason::kExpressionFailed);
  EXPECT_THAT(base::MessageOf(failed),
              HasSubstr(R"(incremental.recordField yields "soon", which none of inputFormats)"));
  EXPECT_EQ(*Run(transport, kPlain), "a,b");
}

}  // namespace
}  // namespace syncline::pull
