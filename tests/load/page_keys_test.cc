#include "load/page_keys.h"

#include <gtest/gtest.h>

#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

LoadTarget TargetOf(const std::string& unique_number) {
  const auto type = test::FromJson<v1::ObjectType>(
      R"({"name": "workspaces/default/objectTypes/thing", "fields": [
        {"name": "email", "type": "TYPE_STRING", "unique": true},
        {"name": "badge", "type": "TYPE_INTEGER", "unique": true},
        {"name": "score", "type": "TYPE_NUMBER", "unique": )" +
      unique_number + R"(},
        {"name": "name", "type": "TYPE_STRING"}]})");
  const auto mapping = mapping::CompiledMapping::Compile(
      test::FromJson<v1::Mapping>(R"({"sync_keys": ["email", "badge"], "version": "1", "fields": {
        "email": {"from": "email"}, "badge": {"from": "badge"}, "score": {"from": "score"},
        "name": {"from": "name"}}})"),
      type, {});
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  return MakeLoadTarget({.workspace = "default", .object_type = type}, *mapping);
}

PageKeys KeysOf(const LoadTarget& target, const std::string& json) {
  const auto document = json::Document::Parse(json);
  EXPECT_TRUE(document.ok()) << document.status();
  return {target, target.mapping.Map(
                      {.list = expression::Value((*document)->root()), .owner = *document}, {})};
}

TEST(PageKeysTest, PagesMeetInTheValuesOfUniqueFields) {
  const LoadTarget target = TargetOf("false");
  const PageKeys page = KeysOf(target, R"([{"email": "a", "badge": 1, "name": "n", "score": 1},
      {"email": "b"}, {"badge": 3}])");
  struct Case {
    const char* other;
    bool meet;
  };
  for (const Case& row : {
           Case{"[]", false},
           Case{R"([{"email": "c", "name": "n", "score": 1}])", false},
           Case{R"([{"email": "1"}, {"email": "3", "badge": 2}])", false},
           Case{R"([{"email": "x"}, {"email": "b"}])", true},
           Case{R"([{"email": "x", "badge": 3}])", true},
           Case{R"([{"badge": 1}])", true},
       }) {
    const PageKeys other = KeysOf(target, row.other);
    EXPECT_EQ(page.Intersect(other), row.meet) << row.other;
    EXPECT_EQ(other.Intersect(page), row.meet) << row.other;
  }
}

TEST(PageKeysTest, ValuesWithSeveralSpellingsAreTakenToMeet) {
  const LoadTarget target = TargetOf("true");
  EXPECT_TRUE(KeysOf(target, R"([{"email": "a"}])").Intersect(KeysOf(target, "[]")));
}

}  // namespace
}  // namespace syncline::load
