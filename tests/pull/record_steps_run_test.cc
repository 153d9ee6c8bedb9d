// Record steps in a walk over pages: what is mapped, and what paging counts.
#include <gmock/gmock.h>

#include "pull/validate_integration.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

class RecordStepsRunTest : public PullerTest {
 protected:
  absl::StatusOr<std::string> Pull(const std::string& more) {
    const auto puller = MakePuller(transport_, "request { url: 'http://v.example/' } " + more);
    return PullIds(*puller);
  }
  test::ScriptedTransport transport_;
};

TEST_F(RecordStepsRunTest, AFilterMakesNoPageShort) {
  transport_.EnqueueJson(R"([{"id":"1","on":true},{"id":"2"}])");
  transport_.EnqueueJson(R"([{"id":"3"},{"id":"4"}])");
  transport_.EnqueueJson(R"([{"id":"5","on":true}])");
  EXPECT_EQ(*Pull("pagination { limit_offset { limit: 2 } } record_steps { filter: 'record.on' }"),
            "1,5");
  EXPECT_EQ(transport_.requests().size(), 3U);
}

TEST_F(RecordStepsRunTest, AnExplodeMakesNoPageFull) {
  transport_.EnqueueJson(R"([{"d":[{"id":"1"},{"id":"2"},{"id":"3"}]}])");
  EXPECT_EQ(
      *Pull("pagination { limit_offset { limit: 3 } } record_steps { explode { path: 'd' } }"),
      "1,2,3");
  EXPECT_EQ(transport_.requests().size(), 1U) << "one record of three is a short page";
}

TEST_F(RecordStepsRunTest, TheHeaderRowIsNoRecord) {
  transport_.EnqueueJson(R"([["id"],["1"],["2"]])");
  transport_.EnqueueJson(R"([["id"],["3"]])");
  EXPECT_EQ(*Pull("pagination { limit_page { limit: 2 } } record_steps { header_row {} }"),
            "1,2,3");
  EXPECT_EQ(transport_.requests().size(), 2U);
}

TEST_F(RecordStepsRunTest, TheLastRecordIsTheVendors) {
  transport_.EnqueueJson(R"([{"id":"1","on":true},{"id":"2"}])");
  transport_.EnqueueJson("[]");
  EXPECT_EQ(*Pull("record_steps { filter: 'record.on' } pagination { cursor { token { "
                  "from: 'last_record.id' query_parameter: 'after' } } }"),
            "1");
  EXPECT_EQ(transport_.requests()[1].url.query, "after=2");
}

TEST_F(RecordStepsRunTest, OnlyEmptyPagesAreEmpty) {
  // Pages of which nothing is kept are no sign of a vendor that goes in circles.
  for (int i = 0; i < 6; ++i) {
    transport_.EnqueueJson(R"({"items":[{"id":")" + std::to_string(i) + R"("}],"next":)" +
                           (i < 5 ? "\"t" + std::to_string(i) + "\"" : "null") + "}");
  }
  EXPECT_EQ(*Pull("records: 'items' record_steps { filter: 'record.on' } pagination { cursor { "
                  "token { from: 'response.next' query_parameter: 'after' } } }"),
            "");
  EXPECT_EQ(transport_.requests().size(), 6U);
}

TEST_F(RecordStepsRunTest, ObjectsAndBodiesMayStandForLists) {
  transport_.EnqueueJson(R"({"by_id":{"1":{"n":1},"2":{"n":2}}})");
  EXPECT_EQ(*Pull("records: 'by_id' record_steps { entries_to_rows { key_member: 'id' } }"), "1,2");
  transport_.EnqueueJson(R"({"id":["1","2"]})");
  EXPECT_EQ(*Pull("record_steps { zip {} }"), "1,2");
  transport_.EnqueueJson(R"({"a":[{"id":"1"}],"b":[{"id":"2"}]})");
  EXPECT_EQ(*Pull("record_steps { concatenate { paths: 'a' paths: 'b' } }"), "1,2");
  transport_.EnqueueJson("{}");
  EXPECT_EQ(*Pull("records: 'by_id' record_steps { entries_to_rows {} } "
                  "response { records_may_be_missing: true }"),
            "");
}

TEST_F(RecordStepsRunTest, AShapeThatIsAnotherKeepsWhatCame) {
  transport_.EnqueueJson(R"([["id"],["1","2"]])");
  const auto outcome = Pull("record_steps { header_row {} }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kRecordShapeInvalid);
  EXPECT_EQ(base::MetadataOf(outcome.status())["body"], R"([["id"],["1","2"]])");
}

TEST_F(RecordStepsRunTest, MistakesAreFoundWhenSaved) {
  const absl::Status status = ValidateIntegration(ParseIntegration(
      "request { url: 'http://v.example/' } records: 'a' "
      "record_steps { filter: 'headers.x' } record_steps { concatenate { paths: 'a' } }"));
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::ElementsAre("recordSteps[0].filter", "recordSteps[1].concatenate",
                                           "recordSteps[1].concatenate"));
}

}  // namespace
}  // namespace syncline::pull
