// An answer that turns out large, without response.stream: cut into pages where nothing needs it
// whole, held where something does.
#include <gmock/gmock.h>

#include "pull/list.h"
#include "pull/validate_integration.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using base::Reason;
using testing::HasSubstr;

constexpr char kRequest[] = "request { url: 'http://v.example/' } ";
constexpr int kLarge = 6'000;  // records of a kilobyte: more than may be held, less than a page

std::string List(int first, int count) {
  std::string list = "[";
  for (int id = first; id < first + count; ++id) {
    if (id > first) list += ",";
    list += R"({"id":)" + std::to_string(id) + R"(,"text":")" + std::string(1'000, 'x') + "\"}";
  }
  return list + "]";
}

class LargeAnswerTest : public PullerTest {
 protected:
  // Every page as "number:count", "*" behind the last, and what ended it.
  std::string Pages(Puller& puller) {
    std::string pages;
    while (true) {
      const auto page = puller.Next({});
      if (!page.ok()) return pages + std::string(base::ReasonName(base::ReasonOf(page.status())));
      if (!page->has_value()) return pages;
      pages += std::to_string((*page)->number) + ":" + std::to_string((*page)->records.size()) +
               ((*page)->last ? "* " : " ");
      checkpoints_.push_back((*page)->checkpoint);
      requests_ += (*page)->request_count;
    }
  }
  std::string Pages(const std::string& more) {
    return Pages(*MakePuller(transport_, kRequest + more));
  }

  test::ScriptedTransport transport_;
  std::vector<std::string> checkpoints_;
  std::int64_t requests_ = 0;
};

constexpr char kCut[] = "1:1000 2:1000 3:1000 4:1000 5:1000 6:1000* ";
constexpr char kHeld[] = "1:6000* ";

TEST_F(LargeAnswerTest, IsCutOnceItIsLargerThanMayBeHeld) {
  std::string body = List(0, 4'000);
  body.insert(1, Cutting::kLargeBytes - body.size(), ' ');
  transport_.EnqueueJson(body);
  EXPECT_EQ(Pages(""), "1:4000* ");
  body.insert(1, " ");
  transport_.EnqueueJson(body);
  EXPECT_EQ(Pages(""), "1:1000 2:1000 3:1000 4:1000* ");
  EXPECT_EQ(requests_, 2);
}

struct WholeCase {
  const char* name;
  const char* definition;
  const char* pages;
};

class WholeAnswerTest : public LargeAnswerTest, public testing::WithParamInterface<WholeCase> {};

TEST_P(WholeAnswerTest, IsHeldWhereItIsNeeded) {
  transport_.EnqueueJson(R"({"items":)" + List(0, kLarge) + "}");
  transport_.EnqueueJson(R"({"items":[]})");
  EXPECT_THAT(Pages(GetParam().definition), testing::StartsWith(GetParam().pages));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WholeAnswerTest,
    testing::Values(
        WholeCase{"Nothing", "records: 'items'", kCut},
        WholeCase{"RecordStep", "records: 'items' record_steps { filter: 'record.id' }", kCut},
        WholeCase{"HeadersOfPaging",
                  "records: 'items' pagination { cursor { next_url: 'links.next' } }", kCut},
        WholeCase{"RuleAboutFailures",
                  "records: 'items' response { rules { statuses: 400 when: 'response.error' "
                  "action: ACTION_RETRY } }",
                  kCut},
        WholeCase{"Expression", "records: 'items[?id]'", kHeld},
        WholeCase{"Total", "records: 'items' pagination { none {} total: 'response.total' }",
                  kHeld},
        WholeCase{"LastRecord",
                  "records: 'items' pagination { cursor { token { from: 'last_record.next' "
                  "query_parameter: 'c' } } }",
                  kHeld},
        WholeCase{"Automatic", "records: 'items' pagination { automatic {} }", kHeld},
        WholeCase{"Window",
                  "records: 'items' pagination { limit_page { limit: 6000 } result_window: 6001 }",
                  "1:6000 2:0* "},
        WholeCase{"Rule",
                  "records: 'items' response { rules { when: 'response.error' action: "
                  "ACTION_FAIL } }",
                  kHeld},
        WholeCase{"MessageOfARule",
                  "records: 'items' response { rules { when: 'headers.x' action: ACTION_FAIL "
                  "message: '{{response.error}}' } }",
                  kHeld},
        WholeCase{"StepOverTheBody", "record_steps { concatenate { paths: 'items' } }", kHeld},
        WholeCase{"State",
                  "records: 'items' incremental { response_field: 'response.time' type: "
                  "TYPE_NUMBER initial: '0' }",
                  "1:6000"}),
    [](const auto& test) { return test.param.name; });

TEST_F(LargeAnswerTest, IsHeldAsADetail) {
  transport_.EnqueueJson(R"([{"id":1}])");
  transport_.EnqueueJson(List(0, kLarge));
  const auto puller = MakePuller(
      transport_,
      std::string(kRequest) +
          "details { name: 'all' request { url: 'http://v.example/{{record.id}}' } pagination { "
          "none {} } into_member: 'all' }");
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ((*page)->records.ElementAt(0).Find("all").size(), kLarge);
}

TEST_F(LargeAnswerTest, HasNoLimitButTheOneThatIsSet) {
  transport_.EnqueueJson(List(0, 70'000));  // beyond what may be held at most
  EXPECT_THAT(Pages(""), HasSubstr("70:1000* "));
  transport_.EnqueueJson(List(0, kLarge));
  EXPECT_EQ(Pages("limits { page_bytes_max: 8000000 }"), kCut);
  transport_.EnqueueJson(List(0, kLarge));
  EXPECT_THAT(Pages("limits { page_bytes_max: 5000000 }"),
              testing::EndsWith(" RESPONSE_TOO_LARGE"));
  transport_.EnqueueJson(List(0, kLarge));
  EXPECT_EQ(Pages("limits { page_bytes_max: 5000 } response { stream: true }"), kCut);
}

TEST_F(LargeAnswerTest, GoesOnAfterACrash) {
  transport_.EnqueueJson(List(0, kLarge));
  EXPECT_EQ(Pages(""), kCut);
  const std::string checkpoint = checkpoints_[1];
  transport_.EnqueueJson(List(0, kLarge));
  auto resumed = MakePuller(transport_, kRequest);
  ASSERT_TRUE(resumed->Resume(2, checkpoint).ok());
  EXPECT_EQ(Pages(*resumed), "3:1000 4:1000 5:1000 6:1000* ");
  // Another list by now, and a small one: all of it.
  transport_.EnqueueJson(List(1, 1'500));
  resumed = MakePuller(transport_, kRequest);
  ASSERT_TRUE(resumed->Resume(2, checkpoint).ok());
  transport_.EnqueueJson(List(1, 1'500));
  EXPECT_EQ(Pages(*resumed), "3:1500* ");
}

TEST_F(LargeAnswerTest, IsOnePageOfItsPaging) {
  transport_.EnqueueJson(List(0, 5'000));
  transport_.EnqueueJson(List(5'000, 10));
  EXPECT_EQ(Pages("pagination { limit_offset { limit: 5000 } }"),
            "1:1000 2:1000 3:1000 4:1000 5:1000 6:10* ");
  EXPECT_EQ(transport_.requests()[1].url.query, "limit=5000&offset=5000");
}

TEST(CheckLargeAnswerTest, NamesWhatDoesNotGoWithStream) {
  const auto fields = [](const std::string& more) {
    std::string names;
    const absl::Status status = ValidateIntegration(
        ParseIntegration("records: 'data.items' response { stream: true } " + more));
    for (const auto& violation : base::FieldViolationsOf(status)) names += violation.field + " ";
    return names;
  };
  EXPECT_EQ(fields("request { url: 'http://v.example/' graphql { query: '{items{id}}' } }"),
            "request.graphql ");
  EXPECT_EQ(fields(std::string(kRequest) +
                   "incremental { response_field: 'response.time' type: TYPE_NUMBER }"),
            "incremental.responseField ");
  EXPECT_EQ(
      fields(std::string(kRequest) +
             "details { name: 'all' request { url: 'http://v.example/{{record.id}}' } response { "
             "stream: true } }"),
      "details[0].response.stream ");
  EXPECT_EQ(
      fields(std::string(kRequest) + "pagination { limit_page { limit: 5 } total: 'headers.total' "
                                     "parallel_page_count: 2 }"),
      "pagination.parallelPageCount ");
}

}  // namespace
}  // namespace syncline::pull
