#include "cli/definition.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <map>

#include "base/status.h"

namespace syncline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TestSecretSource final : public SecretSource {
 public:
  absl::StatusOr<std::string> FromEnvironment(const std::string& variable) const override {
    if (variable == "TOKEN") return std::string("s3cret");
    return base::Error(base::Reason::kInvalidArgument, variable + " is not set");
  }
  absl::StatusOr<std::string> FromFile(const std::string& path) const override {
    return "from " + path;
  }
};

struct Reading {
  std::vector<Definition> definitions;
  std::vector<std::string> mistakes;
};

Reading Read(const std::string& yaml) {
  Reading reading;
  base::FieldViolations violations;
  ReadDefinitions({"demo.yaml", yaml}, "default", TestSecretSource(), reading.definitions,
                  violations);
  OrderDefinitions(reading.definitions, violations);
  if (violations.empty()) return reading;
  for (const auto& violation : base::FieldViolationsOf(violations.ToStatus())) {
    reading.mistakes.push_back(violation.field + ": " + violation.description);
  }
  return reading;
}

std::string Json(const Definition& definition) {
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(*definition.message, &json);
  return json;
}

struct Case {
  std::string name;
  std::string yaml;  // fields of one document, below kind and name
  std::string json;  // proto JSON of the message without its name
};

class ConversionTest : public ::testing::TestWithParam<Case> {};

TEST_P(ConversionTest, YieldsTheMessage) {
  const Reading reading = Read(GetParam().yaml);
  EXPECT_THAT(reading.mistakes, ElementsAre());
  ASSERT_FALSE(reading.definitions.empty());
  const Definition& definition = reading.definitions.back();
  std::unique_ptr<google::protobuf::Message> expected(definition.message->New());
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(GetParam().json, expected.get()).ok());
  const auto* name = expected->GetDescriptor()->FindFieldByName("name");
  expected->GetReflection()->SetString(expected.get(), name, definition.name);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*expected, *definition.message))
      << Json(definition);
}

const Case kCases[] = {
    {"TextKeepsItsSpelling", "{kind: Workspace, name: w, displayName: 00123}",
     R"({"displayName": "00123"})"},
    {"YesIsText", "{kind: Workspace, name: w, displayName: yes}", R"({"displayName": "yes"})"},
    {"DailyIsText", "{kind: Integration, name: i, schedule: {daily: 02:00}}",
     R"({"daily": "02:00"})"},
    {"Every", "{kind: Integration, name: i, schedule: {every: 1h30m}}", R"({"every": "5400s"})"},
    {"Milliseconds", "{kind: Integration, name: i, limits: {requestTimeout: 1.5s}}",
     R"({"limits": {"requestTimeout": "1.5s"}})"},
    {"NumbersAndMaps",
     "{kind: Integration, name: i, request: {url: u, query: {limit: 200, on: yes}}, "
     "limits: {pageCountMax: \"7\"}}",
     R"({"request": {"url": "u", "query": {"limit": "200", "on": "yes"}},
         "limits": {"pageCountMax": "7"}})"},
    {"EnumShort", "{kind: Integration, name: i, request: {method: post}}",
     R"({"request": {"method": "METHOD_POST"}})"},
    {"EnumFull", "{kind: Integration, name: i, request: {method: METHOD_POST}}",
     R"({"request": {"method": "METHOD_POST"}})"},
    {"EmptyArm", "kind: Integration\nname: i\npagination:\n  none:\n",
     R"({"pagination": {"none": {}}})"},
    {"OptionalEmptyText",
     "{kind: Integration, name: i, pagination: {limitPage: {limit: 5, limitParameter: \"\"}}}",
     R"({"pagination": {"limitPage": {"limit": 5, "limitParameter": ""}}})"},
    {"JsonBodyTyped",
     "{kind: Integration, name: i, request: {body: {a: 1, b: \"1\", c: yes, d: true, e: ~, f: "
     "[1.5, x], "
     "g: 00123}}}",
     R"({"request": {"body": {"a": 1, "b": "1", "c": "yes", "d": true, "e": null, "f": [1.5, "x"],
         "g": "00123"}}})"},
    {"MappingShorthand",
     "{kind: Integration, name: i, mapping: {syncKeys: [email], fields: {email: profile.email, "
     "phone: {from: p, whenEmpty: CLEAR}, city: {constant: 7}}}}",
     R"({"syncKeys": ["email"], "fields": {"email": {"from": "profile.email"},
         "phone": {"from": "p", "whenEmpty": "WHEN_EMPTY_CLEAR"}, "city": {"constant": 7}}})"},
    {"SecretFromEnvironment",
     "{kind: Credential, name: c, apiToken: {header: A, token: {fromEnv: TOKEN}}}",
     R"({"apiToken": {"header": "A", "token": "s3cret"}})"},
    {"SecretFromFile",
     "{kind: Credential, name: c, basic: {username: u, password: {fromFile: pw}}}",
     R"({"basic": {"username": "u", "password": "from pw"}})"},
    {"SecretsByName",
     "{kind: Credential, name: c, session: {secrets: {a: {fromEnv: TOKEN}, b: {fromFile: pw}}}}",
     R"({"session": {"secrets": {"a": "s3cret", "b": "from pw"}}})"},
    {"SecretsInAlternatives",
     "{kind: Credential, name: c, alternatives: {k: {apiToken: {token: {fromEnv: TOKEN}}}}}",
     R"({"alternatives": {"k": {"apiToken": {"token": "s3cret"}}}})"},
    {"RepeatedMessages",
     "{kind: ObjectType, name: device, fields: [{name: serial, type: string, unique: true}]}",
     R"({"fields": [{"name": "serial", "type": "TYPE_STRING", "unique": true}]})"},
};

INSTANTIATE_TEST_SUITE_P(Yaml, ConversionTest, ::testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

struct MistakeCase {
  std::string name;
  std::string yaml;
  std::vector<std::string> parts;  // of the one mistake
};

class MistakeTest : public ::testing::TestWithParam<MistakeCase> {};

TEST_P(MistakeTest, IsNamedWithItsLine) {
  const Reading reading = Read(GetParam().yaml);
  ASSERT_EQ(reading.mistakes.size(), 1u) << ::testing::PrintToString(reading.mistakes);
  for (const std::string& part : GetParam().parts) {
    EXPECT_THAT(reading.mistakes[0], HasSubstr(part));
  }
}

const MistakeCase kMistakes[] = {
    {"UnknownField",
     "kind: Integration\nname: i\nobjectTyp: user\n",
     {"demo.yaml:3: objectTyp", "did you mean \"objectType\""}},
    {"SnakeCase", "kind: Integration\nname: i\nobject_type: user\n", {":3:", "\"objectType\""}},
    {"LiteralSecret",
     "kind: Credential\nname: c\napiToken:\n  token: abc\n",
     {":4: apiToken.token", "fromEnv"}},
    {"LiteralSecretByName",
     "kind: Credential\nname: c\nsession:\n  secrets:\n    pin: abc\n",
     {":5: session.secrets.pin", "fromEnv"}},
    {"SecretUnset",
     "kind: Credential\nname: c\napiToken: {token: {fromEnv: NOPE}}\n",
     {":3:", "NOPE is not set"}},
    {"TwoSecretSources",
     "kind: Credential\nname: c\napiToken: {token: {fromEnv: TOKEN, fromFile: x}}\n",
     {"fromEnv: NAME"}},
    {"TwoArms",
     "kind: Credential\nname: c\nnone: {}\nbasic: {username: u}\n",
     {":4: basic", "cannot stand beside none"}},
    {"WrittenTwice",
     "kind: Workspace\nname: w\ndisplayName: a\ndisplayName: b\n",
     {":4:", "written twice"}},
    {"OutputOnly", "kind: Workspace\nname: w\ncreateTime: x\n", {":3:", "set by the server"}},
    {"NoValue", "kind: Workspace\nname: w\ndisplayName:\n", {":3:", "has no value"}},
    {"NotANumber",
     "kind: Integration\nname: i\nlimits: {pageCountMax: many}\n",
     {":3:", "whole number"}},
    {"NotTrue",
     "kind: Integration\nname: i\nresponse: {anyContentType: yes}\n",
     {":3:", "true or false"}},
    {"WrongEnum",
     "kind: Integration\nname: i\nrequest: {method: TRACE}\n",
     {":3:", "GET, POST, PUT, PATCH, DELETE"}},
    {"BareDuration", "kind: Integration\nname: i\nschedule: {every: 30}\n", {":3:", "30s"}},
    {"LongNumber",
     "kind: Integration\nname: i\nrequest: {body: {a: 9007199254740993}}\n",
     {":3: request.body.a", "in quotes"}},
    {"UnknownKind", "kind: Integratoin\nname: i\n", {":1: kind", "did you mean Integration"}},
    {"MappingAlone", "kind: Mapping\nname: i\n", {"inside its Integration"}},
    {"NoKind", "name: i\n", {"kind is missing"}},
    {"Syntax", "kind: [\n", {"demo.yaml:", "is not YAML"}},
    {"SecondDocument",
     "kind: Workspace\nname: w\n---\nkind: Workspace\nname: v\nx: 1\n",
     {"demo.yaml:6: x"}},
    {"Twice",
     "kind: Workspace\nname: w\n---\nkind: Workspace\nname: w\n",
     {"demo.yaml:4", "w is defined at demo.yaml:1 already"}},
    {"UnnamedSchedule",
     "kind: Integration\nname: i\nschedules:\n  - daily: 02:00\n",
     {"schedules[0]", "name is missing"}},
};

INSTANTIATE_TEST_SUITE_P(Yaml, MistakeTest, ::testing::ValuesIn(kMistakes),
                         [](const auto& row) { return row.param.name; });

TEST(DefinitionTest, NamesEveryMistakeOfAllDocuments) {
  const Reading reading = Read(
      "kind: Workspace\nname: w\nbad: 1\n---\nkind: Integration\nname: i\nworse: 2\n"
      "request: {method: TRACE}\nmapping: {syncKeys: email}\n");
  EXPECT_THAT(reading.mistakes,
              ElementsAre(HasSubstr(":3: bad"), HasSubstr(":7: worse"),
                          HasSubstr(":8: request.method"), HasSubstr(":9: mapping.syncKeys")));
}

TEST(DefinitionTest, NeverRepeatsASecret) {
  const Reading reading = Read("kind: Credential\nname: c\napiToken: {token: hunter2}\n");
  EXPECT_THAT(reading.mistakes, ElementsAre(::testing::Not(HasSubstr("hunter2"))));
}

TEST(DefinitionTest, OrdersByWhatRefersToWhat) {
  const Reading reading = Read(
      "{kind: Integration, name: i, schedules: [{name: a, daily: 01:00}], mapping: {}}\n---\n"
      "{kind: Credential, name: c}\n---\n{kind: ObjectType, name: t}\n---\n"
      "{kind: Workspace, name: default}\n");
  std::vector<std::string> names;
  for (const Definition& definition : reading.definitions) names.push_back(definition.name);
  EXPECT_THAT(names,
              ElementsAre("workspaces/default", "workspaces/default/objectTypes/t",
                          "workspaces/default/credentials/c", "workspaces/default/integrations/i",
                          "workspaces/default/integrations/i/mapping",
                          "workspaces/default/integrations/i/schedules/a"));
}

TEST(DefinitionTest, LeadsServerFieldsBackToLines) {
  const Reading reading =
      Read("kind: Integration\nname: i\nrequest:\n  url: x\nmapping:\n  fields:\n    email: a\n");
  ASSERT_EQ(reading.definitions.size(), 2u);
  const Definition& integration = reading.definitions[0];
  EXPECT_EQ(LabelOf(integration, "request.url"), "demo.yaml:4: request.url");
  EXPECT_EQ(LabelOf(integration, "integration.request.url"), "demo.yaml:4: request.url");
  EXPECT_EQ(LabelOf(integration, "request.headers.x"), "demo.yaml:3: request.headers.x");
  EXPECT_EQ(LabelOf(integration, "records"), "demo.yaml:1: records");
  EXPECT_EQ(LabelOf(reading.definitions[1], "fields.email.from"),
            "demo.yaml:7: mapping.fields.email.from");
}

TEST(DefinitionTest, BoundsWhatAliasesMultiply) {
  std::string yaml =
      "kind: Integration\nname: i\nrequest:\n  body:\n    a: &a [1,1,1,1,1,1,1,1,1]\n";
  char last = 'a';
  for (char next = 'b'; next <= 'h'; ++next) {
    yaml += std::string("    ") + next + ": &" + next + " [";
    for (int i = 0; i < 9; ++i) yaml += std::string(i == 0 ? "" : ",") + "*" + last;
    yaml += "]\n";
    last = next;
  }
  const Reading reading = Read(yaml);
  ASSERT_EQ(reading.mistakes.size(), 1u);
  EXPECT_THAT(reading.mistakes[0], HasSubstr("at most"));
}

}  // namespace
}  // namespace syncline::cli
