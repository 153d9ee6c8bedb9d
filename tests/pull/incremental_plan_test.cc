#include "pull/incremental_plan.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "base/status.h"
#include "pull/request_scope.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;

class IncrementalPlanTest : public testing::Test {
 protected:
  v1::Incremental Parse(const std::string& text) {
    v1::Incremental definition;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &definition)) << text;
    return definition;
  }
  std::shared_ptr<const IncrementalPlan> Make(const std::string& text) {
    auto plan = IncrementalPlan::Compile(Parse(text), run_.names());
    EXPECT_TRUE(plan.ok()) << text << base::MessageOf(plan.status());
    return plan.ok() ? *plan : nullptr;
  }
  // The wrong fields, with their descriptions.
  std::string Mistakes(const std::string& text) {
    const auto plan = IncrementalPlan::Compile(Parse(text), run_.names());
    if (plan.ok()) return "";
    std::string all;
    for (const auto& violation : base::FieldViolationsOf(plan.status())) {
      all += violation.field + ": " + violation.description + "\n";
    }
    return all;
  }
  const std::map<std::string, std::string> vars_{{"since", "2020-01-01T00:00:00Z"}};
  const RunScope run_{vars_, base::Time(std::chrono::hours(24))};
};

// 2023-11-14T22:13:20Z.
constexpr std::int64_t kState = 1'700'000'000'000;

// What the vendor is asked for when that state is stored: never anything newer than it, and nothing
// that a bound without the instant itself would leave out.
TEST_F(IncrementalPlanTest, BoundsOfAState) {
  struct Row {
    std::string name, definition;
    std::int64_t state;
    std::string cursor;
  };
  const std::vector<Row> rows = {
      {"inclusive", "", kState, "2023-11-14T22:13:20Z"},
      {"finer than a second goes down", "", kState + 999, "2023-11-14T22:13:20Z"},
      {"exclusive: one second before", "exclusive_bound: true", kState + 999,
       "2023-11-14T22:13:19Z"},
      {"look back", "look_back { seconds: 3600 }", kState, "2023-11-14T21:13:20Z"},
      {"look back less than a second", "look_back { nanos: 1 }", kState, "2023-11-14T22:13:19Z"},
      {"both", "look_back { seconds: 20 } exclusive_bound: true", kState, "2023-11-14T22:12:59Z"},
      {"epoch", "output_format: 'epoch'", kState + 999, "1700000000"},
      {"epoch, exclusive", "output_format: 'epoch' exclusive_bound: true", kState, "1699999999"},
      {"epoch_ms", "output_format: 'epoch_ms'", kState + 7, "1700000000007"},
      {"epoch_ms, exclusive", "output_format: 'epoch_ms' exclusive_bound: true", kState + 7,
       "1700000000006"},
      {"rfc2822", "output_format: 'rfc2822'", kState, "Tue, 14 Nov 2023 22:13:20 +0000"},
      {"days", "output_format: '%Y-%m-%d'", kState, "2023-11-14"},
      {"days, exclusive", "output_format: '%Y-%m-%d' exclusive_bound: true", kState, "2023-11-13"},
      {"minutes, exclusive", "output_format: '%d.%m.%Y %H:%M' exclusive_bound: true", kState,
       "14.11.2023 22:12"},
      {"number", "type: TYPE_NUMBER", 42, "42"},
      {"number, exclusive", "type: TYPE_NUMBER exclusive_bound: true", 42, "41"},
      {"number, look back", "type: TYPE_NUMBER look_back_count: 10", 42, "32"},
      {"number, the least", "type: TYPE_NUMBER look_back_count: 9 exclusive_bound: true",
       std::numeric_limits<std::int64_t>::min() + 3, "-9223372036854775808"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto plan = Make("record_field: 'updated' " + row.definition);
    ASSERT_NE(plan, nullptr);
    EXPECT_EQ(plan->Write(plan->BoundOf(row.state)), row.cursor);
  }
}

TEST_F(IncrementalPlanTest, ReadsValuesInTheOrderOfTheFormats) {
  const auto plan = Make("record_field: 'x' input_formats: ['%d/%m/%Y', '%m/%d/%Y', 'epoch']");
  const auto read = [&](const expression::Value& value) { return plan->Read(value).value_or(-1); };
  EXPECT_EQ(read(expression::Value::String("02/01/1970")), 86'400'000);
  EXPECT_EQ(read(expression::Value::String("01/13/1970")), 12 * 86'400'000);
  EXPECT_EQ(read(expression::Value::Number("3")), 3'000);
  EXPECT_EQ(read(expression::Value::String("1970-01-01")), -1);
  EXPECT_EQ(read(expression::Value::Bool(true)), -1);
  const auto number = Make("record_field: 'x' type: TYPE_NUMBER");
  EXPECT_EQ(number->Read(expression::Value::String("007")), 7);
  EXPECT_EQ(number->Read(expression::Value::Number("5.0")), 5);
  EXPECT_EQ(number->Read(expression::Value::Number("5.5")), std::nullopt);
}

TEST_F(IncrementalPlanTest, PeopleReadAndWriteStates) {
  const auto time = Make("run_start: true output_format: 'epoch'");
  EXPECT_EQ(time->Show(kState + 5), "2023-11-14T22:13:20.005Z");
  EXPECT_EQ(time->ReadShown("2023-11-14T22:13:20.005Z"), kState + 5);
  EXPECT_EQ(time->ReadShown("1700000000"), std::nullopt);
  const auto number = Make("record_field: 'x' type: TYPE_NUMBER");
  EXPECT_EQ(number->ReadShown(number->Show(-7)), -7);
}

TEST_F(IncrementalPlanTest, InitialIsATemplate) {
  const auto plan = Make("record_field: 'x' initial: '{{vars.since}}'");
  EXPECT_EQ(*plan->Initial(run_.names(), {}), "2020-01-01T00:00:00Z");
  EXPECT_EQ(*Make("record_field: 'x'")->Initial(run_.names(), {}), "");
}

TEST_F(IncrementalPlanTest, TheMeaningIsOfWhatStatesAreReadFrom) {
  const std::string meaning = Make("record_field: 'a'")->meaning();
  EXPECT_EQ(Make("record_field: 'a' output_format: 'epoch' look_back { seconds: 9 } "
                 "exclusive_bound: true client_side: true newest_first: true "
                 "initial: '0' type: TYPE_TIME")
                ->meaning(),
            Make("record_field: 'a' output_format: 'epoch'")->meaning());
  for (const char* const other :
       {"record_field: 'b'", "response_field: 'response.a'", "run_start: true",
        "record_field: 'a' type: TYPE_NUMBER", "record_field: 'a' input_formats: 'epoch'"}) {
    EXPECT_NE(Make(other)->meaning(), meaning) << other;
  }
}

TEST_F(IncrementalPlanTest, EveryMistakeIsNamed) {
  struct Row {
    std::string name, definition;
    std::vector<std::string> mistakes;
  };
  const std::vector<Row> rows = {
      {"nothing", "", {"recordField: is missing"}},
      {"many at once",
       "record_field: 'a[' input_formats: ['iso8601', 'nonsense'] output_format: '%H' "
       "look_back { seconds: 31622401 } look_back_count: 1 newest_first: true",
       {"recordField: ", "inputFormats[1]: ", "outputFormat: ",
        "lookBack: is not between 0 and 366", "lookBackCount: is for TYPE_NUMBER",
        "newestFirst: needs clientSide"}},
      {"number",
       "type: TYPE_NUMBER run_start: true input_formats: 'epoch' output_format: 'epoch' "
       "look_back { seconds: 1 } look_back_count: -1",
       {"runStart: is a time", "inputFormats: is for TYPE_TIME", "outputFormat: is for TYPE_TIME",
        "lookBack: is for TYPE_TIME", "lookBackCount: is negative"}},
      {"run_start false", "run_start: false", {"runStart: can only be true"}},
      {"names", "response_field: 'record.at'", {"responseField: "}},
      {"client side", "run_start: true client_side: true", {"clientSide: needs recordField"}},
      {"initial in another format",
       "record_field: 'x' output_format: 'epoch' initial: '{{vars.since}}'",
       {"initial: \"2020-01-01T00:00:00Z\" is not a time in outputFormat, as \"0\""}},
      {"initial, unknown name", "record_field: 'x' initial: '{{state.cursor}}'", {"initial: "}},
      {"initial number",
       "record_field: 'x' type: TYPE_NUMBER initial: 'one'",
       {"initial: \"one\" is not a whole number"}},
      {"too many formats",
       "record_field: 'x' input_formats: ['epoch', 'epoch', 'epoch', 'epoch', 'epoch', 'epoch', "
       "'epoch', 'epoch', 'epoch']",
       {"inputFormats: has 9 entries; at most 8"}},
      {"unknown type", "record_field: 'x' type: 7", {"type: is none of"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string mistakes = Mistakes(row.definition);
    for (const std::string& mistake : row.mistakes) EXPECT_THAT(mistakes, HasSubstr(mistake));
    EXPECT_EQ(std::ranges::count(mistakes, '\n'), static_cast<std::ptrdiff_t>(row.mistakes.size()))
        << mistakes;
  }
  EXPECT_EQ(Mistakes("record_field: 'x' look_back { seconds: 31622400 }"), "") << "366 days";
}

}  // namespace
}  // namespace syncline::pull
