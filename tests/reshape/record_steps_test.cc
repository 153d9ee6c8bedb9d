#include "reshape/record_steps.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <array>

#include "syncline/v1/integration.pb.h"

namespace syncline::reshape {
namespace {

using base::Reason;
using expression::Value;

constexpr std::array<std::string_view, 2> kNames = {"vars", "parent"};

google::protobuf::RepeatedPtrField<v1::RecordStep> Steps(const std::string& text) {
  v1::Integration integration;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &integration)) << text;
  return integration.record_steps();
}

// Steps over one body, whose root is what was found unless a path says otherwise.
struct Outcome {
  std::string records;
  std::uint32_t listed = 0;
};

absl::StatusOr<Outcome> Reshape(const std::string& steps, const std::string& body,
                                const StepLimits& limits = {}, bool may_be_missing = false,
                                std::string_view found = "@") {
  SYNCLINE_ASSIGN_OR_RETURN(const RecordSteps compiled,
                            RecordSteps::Compile(Steps(steps), {.names = kNames}));
  SYNCLINE_ASSIGN_OR_RETURN(const auto document, json::Document::Parse(body));
  expression::Evaluation memory({}, kEvaluationStepsMax);
  SYNCLINE_ASSIGN_OR_RETURN(const auto path, expression::Expression::Compile(found));
  const Value root(document->root());
  SYNCLINE_ASSIGN_OR_RETURN(const Value records, path.Evaluate(root, memory));
  expression::Scope names;
  names.Set("parent", Value::String("p1"));
  StepContext context(root, names, may_be_missing, memory, limits);
  SYNCLINE_ASSIGN_OR_RETURN(const Reshaped reshaped, compiled.Apply(records, context));
  return Outcome{expression::ToJson(reshaped.records), reshaped.listed.size()};
}

struct StepCase {
  const char* name;
  const char* steps;
  const char* body;
  const char* records;
  std::uint32_t listed;  // what paging counts
};

class RecordStepsTest : public testing::TestWithParam<StepCase> {};

TEST_P(RecordStepsTest, Reshape) {
  const auto outcome = Reshape(GetParam().steps, GetParam().body);
  ASSERT_TRUE(outcome.ok()) << base::MessageOf(outcome.status());
  EXPECT_EQ(outcome->records, GetParam().records);
  EXPECT_EQ(outcome->listed, GetParam().listed);
}

INSTANTIATE_TEST_SUITE_P(
    Steps, RecordStepsTest,
    testing::Values(
        StepCase{"Nothing", "", R"([{"a":1}])", R"([{"a":1}])", 1},
        StepCase{"Filter", "record_steps { filter: 'record.n > `1`' }",
                 R"([{"n":1},{"n":2},{"n":3}])", R"([{"n":2},{"n":3}])", 3},
        StepCase{"FilterByTruth", "record_steps { filter: 'record.m' }",
                 R"([{"m":""},{"m":null},{},{"m":false},{"m":[]},{"m":0},{"m":"x"}])",
                 R"([{"m":0},{"m":"x"}])", 7},
        StepCase{"FilterByPlace", "record_steps { filter: 'record.p == parent' }",
                 R"([{"p":"p1"},{"p":"p2"}])", R"([{"p":"p1"}])", 2},
        StepCase{"FilterOfEmptyList", "record_steps { filter: 'record' }", "[]", "[]", 0},
        StepCase{"EntriesToRows", "record_steps { entries_to_rows {} }",
                 R"({"a":{"x":1,"key":"own"},"b":{}})", R"([{"key":"a","x":1},{"key":"b"}])", 2},
        StepCase{"EntriesThatAreNoObjects",
                 "record_steps { entries_to_rows { key_member: 'date' } }",
                 R"({"2026-01-01":1.10,"x":[2],"y":null})",
                 R"([{"date":"2026-01-01","value":1.10},{"date":"x","value":[2]},)"
                 R"({"date":"y","value":null}])",
                 3},
        StepCase{"WrapScalar", "record_steps { wrap_scalar {} }", R"(["a",1,null,[1],{"b":2}])",
                 R"([{"value":"a"},{"value":1},{"value":null},{"value":[1]},{"b":2}])", 5},
        StepCase{"WrapScalarAs", "record_steps { wrap_scalar { member: 'name' } }", R"(["a"])",
                 R"([{"name":"a"}])", 1},
        StepCase{"HeaderRow", "record_steps { header_row {} }",
                 R"([["id","name"],[1,"a"],[2],[],[3,null]])",
                 R"([{"id":1,"name":"a"},{"id":2},{},{"id":3,"name":null}])", 4},
        StepCase{"HeaderRowAlone", "record_steps { header_row {} }", R"([["id"]])", "[]", 0},
        StepCase{"HeaderOfNumbers", "record_steps { header_row {} }", R"([[2024,2025],[1,2]])",
                 R"([{"2024":1,"2025":2}])", 1},
        StepCase{"ZipObject", "record_steps { zip {} }",
                 R"({"ids":[1,2],"unit":"d","names":["a",null]})",
                 R"([{"ids":1,"unit":"d","names":"a"},{"ids":2,"unit":"d","names":null}])", 2},
        StepCase{"ZipRecords", "record_steps { zip {} }", R"([{"a":[1,2]},{"a":[]},{"a":[3]}])",
                 R"([{"a":1},{"a":2},{"a":3}])", 3},
        StepCase{"ZipMembers", "record_steps { zip { members: 'a' members: 'b' } }",
                 R"([{"a":[1,2],"b":[3,4],"c":[5]}])",
                 R"([{"a":1,"b":3,"c":[5]},{"a":2,"b":4,"c":[5]}])", 2},
        StepCase{"Explode",
                 "record_steps { explode { path: 'disks' copy { key: 'host' value: 'id' } } }",
                 R"([{"id":7,"disks":[{"n":1},{"n":2,"host":0}]},)"
                 R"({"id":8,"disks":null},{"id":9,"disks":[]}])",
                 R"([{"n":1,"host":7},{"n":2,"host":7}])", 3},
        StepCase{"ExplodeScalars",
                 "record_steps { explode { path: 'd.tags' copy { key: 'of' value: '{id: id}' } } }",
                 R"([{"id":7,"d":{"tags":["a",1]}}])",
                 R"([{"value":"a","of":{"id":7}},{"value":1,"of":{"id":7}}])", 1},
        StepCase{"ExplodeWithoutCopy", "record_steps { explode { path: 'd' } }",
                 R"([{"d":[{"n":1}]},{"d":["x"]}])", R"([{"n":1},{"value":"x"}])", 2},
        StepCase{"ExplodeTwice",
                 "record_steps { explode { path: 'b' copy { key: 'a' value: 'a' } } } "
                 "record_steps { explode { path: 'c' copy { key: 'a' value: 'a' } } }",
                 R"([{"a":1,"b":[{"c":[{"x":1},{"x":2}]},{"c":[{"x":3}]}]}])",
                 R"([{"x":1,"a":1},{"x":2,"a":1},{"x":3,"a":1}])", 1},
        StepCase{"CountedBeforeTheFirstThatSelects",
                 "record_steps { entries_to_rows {} } record_steps { filter: 'record.n > `1`' } "
                 "record_steps { wrap_scalar {} }",
                 R"({"a":{"n":1},"b":{"n":2},"c":{"n":3}})",
                 R"([{"key":"b","n":2},{"key":"c","n":3}])", 3},
        StepCase{"Concatenate",
                 "record_steps { concatenate { paths: 'chats' paths: 'x.gone' paths: 'x.mails' } }",
                 R"({"chats":[{"id":1}],"x":{"mails":[{"id":2},"s"]}})",
                 R"([{"id":1},{"id":2},"s"])", 3},
        StepCase{"ConcatenateWithTag",
                 "record_steps { concatenate { paths: 'a' paths: 'b' tag_member: 'kind' } }",
                 R"({"a":[{"id":1,"kind":"own"}],"b":["s"]})",
                 R"([{"id":1,"kind":"a"},{"value":"s","kind":"b"}])", 2}),
    [](const auto& test) { return test.param.name; });

TEST(JoinIncludedTest, PutsResourcesBesideTheirReferences) {
  const char* const steps = "record_steps { join_included {} }";
  const auto outcome = Reshape(steps, R"({
    "data": [
      {"id":"1","type":"p","relationships":{
        "owner":{"data":{"type":"u","id":"7"},"links":{}},
        "tags":{"data":[{"type":"t","id":"a"},{"type":"t","id":"gone"},{"type":"u","id":"7"}]},
        "none":{"data":null}, "other":{"data":{"type":"u","id":"8"}}, "odd":5}},
      {"id":"2","type":"p"}, "scalar"],
    "included": [{"type":"u","id":"7","attributes":{"n":"x"}}, {"type":"t","id":"a"}, {"id":3}, 4]
  })",
                               {}, false, "data");
  ASSERT_TRUE(outcome.ok()) << base::MessageOf(outcome.status());
  EXPECT_EQ(
      outcome->records,
      R"([{"id":"1","type":"p","relationships":{)"
      R"("owner":{"data":{"type":"u","id":"7"},"links":{},)"
      R"("included":{"type":"u","id":"7","attributes":{"n":"x"}}},)"
      R"("tags":{"data":[{"type":"t","id":"a"},{"type":"t","id":"gone"},{"type":"u","id":"7"}],)"
      R"("included":[{"type":"t","id":"a"},{"type":"u","id":"7","attributes":{"n":"x"}}]},)"
      R"("none":{"data":null},"other":{"data":{"type":"u","id":"8"},"included":null},"odd":5}},)"
      R"({"id":"2","type":"p"},"scalar"])");
  EXPECT_EQ(outcome->listed, 3U);
  // Without the list nothing is found, and nothing is lost.
  const auto without =
      Reshape(steps, R"({"data":[{"relationships":{"o":{"data":{"type":"u","id":"7"}}}}]})", {},
              false, "data");
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without->records,
            R"([{"relationships":{"o":{"data":{"type":"u","id":"7"},"included":null}}}])");
}

struct WrongCase {
  const char* name;
  const char* steps;
  const char* body;
  Reason reason;
  const char* says;
};

class WrongShapeTest : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongShapeTest, IsNamed) {
  const auto outcome = Reshape(GetParam().steps, GetParam().body);
  ASSERT_FALSE(outcome.ok()) << outcome->records;
  EXPECT_EQ(base::ReasonOf(outcome.status()), GetParam().reason);
  EXPECT_THAT(base::MessageOf(outcome.status()), testing::HasSubstr(GetParam().says));
}

constexpr Reason kShape = Reason::kRecordShapeInvalid;

INSTANTIATE_TEST_SUITE_P(
    Steps, WrongShapeTest,
    testing::Values(
        WrongCase{"EntriesOfAList", "record_steps { entries_to_rows {} }", "[1]", kShape,
                  "are a list, not an object"},
        WrongCase{"HeaderOfObjects", "record_steps { header_row {} }", R"([["a"],{"a":1}])", kShape,
                  "number 2 is an object"},
        WrongCase{"HeaderWithoutName", "record_steps { header_row {} }", R"([["a",null]])", kShape,
                  "cell 2 is null"},
        WrongCase{"HeaderTwice", "record_steps { header_row {} }", R"([["a","a"]])", kShape,
                  "two columns 'a'"},
        WrongCase{"CellBeyondTheHeader", "record_steps { header_row {} }", R"([["a"],[1],[1,2]])",
                  kShape, "2 cells in row 3"},
        WrongCase{"ZipOfOtherLengths", "record_steps { zip {} }", R"({"a":[1,2],"b":[1]})", kShape,
                  "'a' has 2 elements and 'b' 1"},
        WrongCase{"ZipWithoutLists", "record_steps { zip {} }", R"([{"a":1}])", kShape, "no list"},
        WrongCase{"ZipOfScalars", "record_steps { zip {} }", "[1]", kShape, "a number"},
        WrongCase{"ZipMissing", "record_steps { zip { members: 'b' } }", R"([{"a":[1]}])", kShape,
                  "no list 'b'"},
        WrongCase{"ZipNoList", "record_steps { zip { members: 'b' } }", R"([{"b":"x"}])", kShape,
                  "'b' is a string"},
        WrongCase{"ExplodeNoList", "record_steps { explode { path: 'd' } }", R"([{"d":{}}])",
                  kShape, "'d' of one is an object"},
        WrongCase{"JoinNoList", "record_steps { join_included { path: '[0]' } }", "[1]", kShape,
                  "is a number, not a list"},
        WrongCase{"ConcatenateNoList", "record_steps { concatenate { paths: 'a' } }", R"({"a":1})",
                  kShape, "'a' is a number"},
        WrongCase{"ConcatenateNothing", "record_steps { concatenate { paths: 'a' paths: 'b.c' } }",
                  R"({"d":[]})", Reason::kRecordsNotFound, "a, b.c"},
        WrongCase{"FilterFails", "record_steps { filter: 'length(record.n) > `1`' }",
                  R"([{"n":1}])", Reason::kExpressionFailed, "length"}),
    [](const auto& test) { return test.param.name; });

TEST(RecordStepsLimitsTest, HoldAtTheLimitAndRefuseOneMore) {
  struct LimitCase {
    const char* steps;
    const char* body;
    StepLimits fits;
  };
  for (const LimitCase& one : std::vector<LimitCase>{
           {"record_steps { explode { path: 'd' } }", R"([{"d":[{},{}]},{"d":[{}]}])", {3, 0}},
           {"record_steps { explode { path: 'd' copy { key: 'i' value: 'i' } } }",
            R"([{"i":1,"d":[{"n":1},2]}])",
            {2, 4}},
           {"record_steps { zip {} }", R"([{"a":[1,2],"b":3},{"a":[4]}])", {3, 5}},
           {"record_steps { entries_to_rows {} }", R"({"a":{"x":1},"b":2})", {2, 4}},
           {"record_steps { wrap_scalar {} }", "[1,2]", {2, 2}},
           {"record_steps { header_row {} }", "[[1,2],[3,4],[5]]", {2, 3}},
           {"record_steps { concatenate { paths: 'a' tag_member: 't' } }",
            R"({"a":[1,{"x":1}]})",
            {2, 4}}}) {
    EXPECT_TRUE(Reshape(one.steps, one.body, one.fits).ok()) << one.steps;
    if (one.fits.members_max > 0) {
      const auto more = Reshape(one.steps, one.body, {one.fits.rows_max, one.fits.members_max - 1});
      EXPECT_EQ(base::ReasonOf(more.status()), Reason::kResponseTooLarge) << one.steps;
    }
  }
  for (const char* steps : {"record_steps { explode { path: 'd' } }", "record_steps { zip {} }"}) {
    const auto more = Reshape(steps, R"([{"d":[{},{}]},{"d":[{}]}])", {2, 1'000});
    EXPECT_EQ(base::ReasonOf(more.status()), Reason::kResponseTooLarge) << steps;
  }
}

TEST(RecordStepsTest, MakeNothingOfAListThatMayBeMissing) {
  EXPECT_EQ(Reshape("record_steps { entries_to_rows {} }", "[]")->records, "[]");
  EXPECT_EQ(Reshape("record_steps { concatenate { paths: 'a' } }", "{}", {}, true)->records, "[]");
}

struct MistakeCase {
  const char* name;
  std::string steps;
  bool has_records_path;
  bool streamed;
  std::vector<std::string> fields;
};

class MistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(MistakeTest, IsFoundWhenSaved) {
  const MistakeCase& mistake = GetParam();
  const auto compiled =
      RecordSteps::Compile(Steps(mistake.steps), {.names = kNames,
                                                  .has_records_path = mistake.has_records_path,
                                                  .streamed = mistake.streamed});
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(compiled.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, testing::ElementsAreArray(mistake.fields))
      << base::MessageOf(compiled.status());
}

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

constexpr char kWrap[] = "record_steps { wrap_scalar {} } ";

INSTANTIATE_TEST_SUITE_P(
    Definitions, MistakeTest,
    testing::Values(
        MistakeCase{"Nothing", "", true, true, {}},
        MistakeCase{"Sixteen", Times(16, kWrap), true, true, {}},
        MistakeCase{"Seventeen", Times(17, kWrap), true, true, {""}},
        MistakeCase{"NoKind", "record_steps { }", false, false, {"[0]"}},
        MistakeCase{
            "Filter", "record_steps { filter: 'record.a ==' }", false, false, {"[0].filter"}},
        MistakeCase{"NameOfAnotherPlace",
                    "record_steps { filter: 'response.a' }",
                    false,
                    false,
                    {"[0].filter"}},
        MistakeCase{"Explode",
                    "record_steps { explode { copy { key: 'x' value: 'a.' } } } "
                    "record_steps { explode { path: '.' } }",
                    false,
                    false,
                    {"[0].explode.path", "[0].explode.copy.x", "[1].explode.path"}},
        MistakeCase{"Zip",
                    "record_steps { zip { members: 'a' members: 'b' members: 'a' } }",
                    false,
                    false,
                    {"[0].zip.members[2]"}},
        MistakeCase{"Join",
                    "record_steps { join_included { path: '[' } }",
                    false,
                    false,
                    {"[0].joinIncluded.path"}},
        MistakeCase{"ConcatenateNothing",
                    "record_steps { concatenate {} }",
                    false,
                    false,
                    {"[0].concatenate.paths"}},
        MistakeCase{"ConcatenateTooMuch",
                    "record_steps { concatenate { " + Times(33, "paths: 'a' ") + "} }",
                    false,
                    false,
                    {"[0].concatenate.paths"}},
        MistakeCase{"ConcatenateOfRecords",
                    "record_steps { concatenate { paths: 'a' } }",
                    true,
                    false,
                    {"[0].concatenate"}},
        MistakeCase{"NotFirst",
                    std::string(kWrap) + "record_steps { entries_to_rows {} } "
                                         "record_steps { concatenate { paths: 'a.' } }",
                    false,
                    false,
                    {"[1].entriesToRows", "[2].concatenate.paths[0]", "[2].concatenate"}},
        MistakeCase{"Streamed",
                    "record_steps { join_included {} } record_steps { header_row {} } "
                    "record_steps { filter: 'record' } record_steps { explode { path: 'a' } } "
                    "record_steps { zip {} }",
                    true,
                    true,
                    {"[0]", "[1]"}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::reshape
