#include "mapping/compiled_mapping.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::mapping {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kObjectType[] = R"({"fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true},
  {"name": "number", "type": "TYPE_NUMBER", "unique": true},
  {"name": "name", "type": "TYPE_STRING", "required": true},
  {"name": "age", "type": "TYPE_INTEGER"},
  {"name": "score", "type": "TYPE_NUMBER"},
  {"name": "active", "type": "TYPE_BOOLEAN"},
  {"name": "seen", "type": "TYPE_TIMESTAMP"},
  {"name": "born", "type": "TYPE_DATE"},
  {"name": "tags", "type": "TYPE_JSON"}]})";

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return message;
}

absl::StatusOr<CompiledMapping> Compile(const std::string& mapping) {
  return CompiledMapping::Compile(FromJson<v1::Mapping>(mapping),
                                  FromJson<v1::ObjectType>(kObjectType),
                                  {.variables = {{"region", "eu"}}});
}

model::RowBatch MapPage(const std::string& mapping, const std::string& page) {
  auto compiled = Compile(mapping);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  auto document = json::Document::Parse(page);
  EXPECT_TRUE(document.ok()) << document.status();
  return compiled->Map({.list = expression::Value((*document)->root()), .owner = *document},
                       base::Time(std::chrono::seconds(1'795'462'232)));
}

constexpr char kMapping[] = R"({"sync_keys": ["email", "number"], "version": "3", "fields": {
  "email": {"from": "profile.email"}, "number": {"from": "no"}, "name": {"from": "name"},
  "age": {"from": "age"}, "tags": {"from": "tags"}}})";

std::string Text(const model::RowBatch& batch, std::size_t row, std::string_view field) {
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    if (batch.columns[i].field != field) continue;
    const model::Cell& cell = batch.at(row, i);
    return cell.empty          ? "(empty)"
           : cell.text.empty() ? std::to_string(cell.integer)
                               : std::string(cell.text);
  }
  return "(no column)";
}

TEST(CompiledMappingTest, MapsARecord) {
  const auto batch = MapPage(kMapping, R"([{"profile": {"email": "a@x"}, "name": "Ann", "age": "41",
      "tags": ["x", 1.10]}, {"profile": {"email": "b@x"}, "name": 5E10}])");
  ASSERT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.records, 2);
  EXPECT_EQ(Text(batch, 0, "email"), "a@x");
  EXPECT_EQ(Text(batch, 0, "age"), "41");
  EXPECT_EQ(Text(batch, 0, "tags"), R"(["x",1.10])");
  EXPECT_EQ(Text(batch, 1, "name"), "5E10");
  EXPECT_EQ(Text(batch, 1, "age"), "(empty)");
  EXPECT_THAT(batch.record_indexes, ElementsAre(0, 1));
  EXPECT_NE(batch.row_hashes[0], batch.row_hashes[1]);
}

TEST(CompiledMappingTest, BatchOutlivesMappingAndDocument) {
  model::RowBatch batch;
  {
    const auto mapped = MapPage(
        R"({"sync_keys": ["email"], "fields": {"email": {"from": "@"},
            "name": {"constant": "fixed name of all"},
            "tags": {"template":
              "[\"{{vars.region}}\", \"{{run.start_time}}\", \"{{record}}\"]"}}})",
        R"(["a long enough text to be on the heap@x"])");
    batch = mapped;
  }
  EXPECT_EQ(Text(batch, 0, "email"), "a long enough text to be on the heap@x");
  EXPECT_EQ(Text(batch, 0, "name"), "fixed name of all");
}

TEST(CompiledMappingTest, TemplateSeesVarsRunAndRecord) {
  const auto batch = MapPage(
      R"({"sync_keys": ["email"], "fields": {"email": {"template": "{{record.id}}@{{vars.region}}"},
          "name": {"template": "{{record.none}}{{run.start_time}}"},
          "seen": {"template": "{{record.none}}"}}})",
      R"([{"id": 7}])");
  EXPECT_EQ(Text(batch, 0, "email"), "7@eu");
  EXPECT_EQ(Text(batch, 0, "name"), "2026-11-23T19:30:32Z");
  EXPECT_EQ(Text(batch, 0, "seen"), "(empty)");
}

TEST(CompiledMappingTest, LookupReplacesListedTextsOnly) {
  const auto batch = MapPage(
      R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}, "name": {"from": "s",
          "lookup": {"ACTIVE": "active", "true": "yes", "7": "seven", "gone": ""}}}})",
      R"([{"e": 1, "s": "ACTIVE"}, {"e": 2, "s": true}, {"e": 3, "s": 7}, {"e": 4, "s": "other"},
          {"e": 5, "s": "gone"}, {"e": 6}])");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < batch.size(); ++i) names.push_back(Text(batch, i, "name"));
  EXPECT_THAT(names, ElementsAre("active", "yes", "seven", "other", "(empty)", "(empty)"));
}

TEST(CompiledMappingTest, OfEqualKeysTheLastCounts) {
  const auto batch =
      MapPage(kMapping, R"([{"no": 1.10, "name": "first"}, {"no": 2, "name": "other"},
      {"no": "1.1", "name": "last"}])");
  ASSERT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.duplicates, 1);
  EXPECT_EQ(batch.records, 3);
  EXPECT_EQ(Text(batch, 0, "name"), "last");
  EXPECT_THAT(batch.record_indexes, ElementsAre(2, 1));
}

TEST(CompiledMappingTest, EqualValuesOfDifferentKeysAreDifferentRecords) {
  const auto batch = MapPage(kMapping, R"([{"profile": {"email": "5"}}, {"no": 5}])");
  ASSERT_EQ(batch.size(), 2);
  EXPECT_NE(batch.record_keys[0], batch.record_keys[1]);
}

TEST(CompiledMappingTest, HashDependsOnVersionAndOnWhichCellIsEmpty) {
  const std::string page = R"([{"no": 1, "name": "x"}])";
  std::string next = kMapping;
  next.replace(next.find("\"3\""), 3, "\"4\"");
  const auto now = MapPage(kMapping, page);
  EXPECT_EQ(now.row_hashes, MapPage(kMapping, page).row_hashes);
  EXPECT_NE(now.row_hashes, MapPage(next, page).row_hashes);
  EXPECT_EQ(now.record_keys, MapPage(next, page).record_keys);
}

TEST(CompiledMappingTest, RejectsSayFieldSourceValueAndRemedy) {
  const std::string long_text(200, 'x');
  const auto batch =
      MapPage(kMapping, R"([{"no": 1, "name": ["a"]}, {"no": 2, "age": ")" + long_text +
                            R"("}, {"name": "keyless"}, {"no": 3, "name": "a\u0000"}])");
  EXPECT_EQ(batch.size(), 0);
  ASSERT_EQ(batch.rejects.size(), 4);
  EXPECT_EQ(batch.rejects[0].reason, "CONVERSION_FAILED");
  EXPECT_EQ(batch.rejects[0].field, "name");
  EXPECT_EQ(batch.rejects[0].message,
            R"(name (from name): ["a"] is a list; the field takes text.)");
  EXPECT_EQ(batch.rejects[0].record, R"({"no":1,"name":["a"]})");
  EXPECT_THAT(batch.rejects[1].message, HasSubstr("xxx… is no integer"));
  EXPECT_LT(batch.rejects[1].message.size(), 150);
  EXPECT_EQ(batch.rejects[2].reason, "SYNC_KEY_EMPTY");
  EXPECT_EQ(batch.rejects[2].record_index, 2);
  EXPECT_EQ(batch.rejects[3].reason, "TEXT_INVALID");
  EXPECT_EQ(batch.reject_of(2).record, R"({"name":"keyless"})");
  EXPECT_EQ(batch.reject_of(2).record_index, 2);
}

TEST(CompiledMappingTest, RawRecordOfARejectIsCutAtACharacter) {
  std::string text;
  while (text.size() < 70'000) text += "é";
  const auto batch = MapPage(kMapping, R"([{"n": ")" + text + "\"}]");
  ASSERT_EQ(batch.rejects.size(), 1);
  EXPECT_TRUE(batch.rejects[0].record_truncated);
  EXPECT_LE(batch.rejects[0].record.size(), model::Reject::kRecordBytesMax);
  EXPECT_TRUE(json::IsValidUtf8(batch.rejects[0].record));
}

TEST(CompiledMappingTest, FailingExpressionRejectsTheRecordAlone) {
  const auto batch = MapPage(
      R"json({"sync_keys": ["email"], "fields": {"email": {"from": "id"},
          "name": {"from": "abs(n)"}}})json",
      R"([{"id": "a", "n": "text"}, {"id": "b", "n": -2}])");
  EXPECT_EQ(batch.size(), 1);
  ASSERT_EQ(batch.rejects.size(), 1);
  EXPECT_EQ(batch.rejects[0].reason, "EXPRESSION_FAILED");
}

TEST(CompiledMappingTest, EveryMistakeIsNamedAtOnce) {
  const auto compiled =
      Compile(R"({"sync_keys": ["email", "age", "nothing", "number", "email"], "fields": {
      "email": {"from": "profile["}, "age": {"constant": "old"}, "unknown": {"from": "x"},
          "score": {},
      "active": {"from": "a", "time_zone": "UTC"}, "seen": {"from": "s", "time_zone": "Mars"},
      "born": {"template": "{{page.number}}"}, "tags": {"from": "t", "lookup": {"a": "b"}}}})");
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(compiled.status())) {
    fields.push_back(violation.field);
    EXPECT_FALSE(violation.description.empty());
  }
  EXPECT_THAT(fields, testing::UnorderedElementsAre(
                          "fields.unknown", "fields.email.from", "fields.name",
                          "fields.age.constant", "fields.score", "fields.active.timeZone",
                          "fields.seen.timeZone", "fields.born.template", "fields.tags.lookup",
                          "syncKeys[1]", "syncKeys[2]", "syncKeys[3]", "syncKeys[4]"));
}

TEST(CompiledMappingTest, SingleMistakes) {
  const struct {
    std::string mapping, field;
  } kRows[] = {
      {R"({"fields": {"name": {"from": "n"}}})", "syncKeys"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}}})", "fields.name"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}, "name": {"from": ""}}})",
       "fields.name"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"},
          "name": {"constant": null}}})",
       "fields.name.constant"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}, "name": {"constant": [1]}}})",
       "fields.name.constant"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}, "name": {"from": "n",
          "when_empty":
       "WHEN_EMPTY_CLEAR"}}})",
       "fields.name.whenEmpty"},
      {R"({"sync_keys": ["email"], "fields": {"email": {"from": "e"}, "name": {"from": "n"},
          "age": {"from": "a",
       "lookup": {"x": "none"}}}})",
       "fields.age.lookup.x"},
  };
  for (const auto& row : kRows) {
    const auto violations = base::FieldViolationsOf(Compile(row.mapping).status());
    ASSERT_EQ(violations.size(), 1) << row.mapping;
    EXPECT_EQ(violations[0].field, row.field);
  }
  EXPECT_TRUE(Compile(R"({"sync_keys": ["email"], "write_policy": "WRITE_POLICY_UPDATE_ONLY",
      "fields": {"email": {"from": "e"}}})")
                  .ok());
}

// Below the levels "org" and "site" of a fan-out.
absl::StatusOr<CompiledMapping> CompileInFanOut(const std::string& mapping) {
  return CompiledMapping::Compile(FromJson<v1::Mapping>(mapping),
                                  FromJson<v1::ObjectType>(kObjectType),
                                  {.levels = {"org", "site"}});
}

TEST(CompiledMappingTest, SeesTheParentsOfAFanOut) {
  const auto compiled = CompileInFanOut(R"json({"sync_keys": ["email"], "fields": {
      "email": {"from": "id"},
      "name": {"template": "{{parents.org.id}}/{{parent.name}}/{{record.parent}}"},
      "age": {"from": "parent.floors"},
      "tags": {"from": "[parents.site.tags, tags, parent.name][]"},
      "active": {"from": "parents.org.active"}}})json");
  ASSERT_TRUE(compiled.ok()) << base::MessageOf(compiled.status());
  const auto page = *json::Document::Parse(
      R"([{"id": "a", "parent": "own", "tags": ["x"]}, {"id": "b", "parent": "own"}])");
  const auto parents = *json::Document::Parse(
      R"({"org": {"id": 7, "active": true}, "site": {"name": "s", "floors": 3, "tags": ["t"]}})");
  const expression::Value above(parents->root());
  const auto batch = compiled->Map({.list = expression::Value(page->root()),
                                    .owner = page,
                                    .parent = above.Find("site"),
                                    .parents = above},
                                   {});
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(Text(batch, 0, "name"), "7/s/own");
  EXPECT_EQ(Text(batch, 0, "age"), "3");
  EXPECT_EQ(Text(batch, 0, "tags"), R"(["t","x","s"])");
  EXPECT_EQ(Text(batch, 1, "tags"), R"(["t","s"])");
  EXPECT_EQ(Text(batch, 0, "active"), "1");
}

TEST(CompiledMappingTest, WithoutAFanOutParentIsAMemberOfTheRecord) {
  const auto batch = MapPage(
      R"({"sync_keys": ["email"],
          "fields": {"email": {"from": "parent"}, "name": {"from": "parents.x"}}})",
      R"([{"parent": "own", "parents": {"x": "y"}}])");
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(Text(batch, 0, "email"), "own");
  EXPECT_EQ(Text(batch, 0, "name"), "y");
}

TEST(CompiledMappingTest, ALevelThatThereIsNotIsAMistake) {
  const auto compiled = CompileInFanOut(R"({"sync_keys": ["email"], "fields": {
      "email": {"from": "parents.sites.id"}, "name": {"template": "{{parents.x.y}} {{page}}"},
      "age": {"from": "parents"}}})");
  std::vector<std::string> fields;
  for (const auto& one : base::FieldViolationsOf(compiled.status())) fields.push_back(one.field);
  EXPECT_THAT(fields,
              ElementsAre("fields.email.from", "fields.name.template", "fields.name.template"));
  EXPECT_THAT(base::MessageOf(compiled.status()),
              HasSubstr("\"sites\" is no level of the fan-out; its levels are org, site"));
  EXPECT_FALSE(Compile(R"({"sync_keys": ["email"], "fields": {
      "email": {"template": "{{parent.id}}"}, "name": {"from": "n"}}})")
                   .ok());
}

TEST(CompiledMappingTest, WhatWasRefusedBeforeIsAReject) {
  const auto compiled = Compile(kMapping);
  const auto page =
      *json::Document::Parse(R"([{"no": 1, "name": "a"}, {"no": 2}, {"no": 3, "name": "c"}])");
  const auto batch = compiled->Map(
      {.list = expression::Value(page->root()),
       .owner = page,
       .refused = {{.index = 0, .message = "no answer"}, {.index = 1, .message = "nor here"}}},
      {});
  EXPECT_EQ(batch.records, 3);
  EXPECT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.record_indexes, std::vector<std::int64_t>{2});
  ASSERT_EQ(batch.rejects.size(), 2U);
  EXPECT_EQ(batch.rejects[0].reason, "DETAIL_FAILED");
  EXPECT_EQ(batch.rejects[0].message, "no answer");
  EXPECT_EQ(batch.rejects[0].record, R"({"no":1,"name":"a"})");
  EXPECT_EQ(batch.rejects[1].record_index, 1);
}

}  // namespace
}  // namespace syncline::mapping
