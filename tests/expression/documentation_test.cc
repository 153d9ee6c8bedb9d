// The examples of docs/expressions.md, so that the page cannot drift from the language.
#include <gtest/gtest.h>

#include "tests/expression/evaluate.h"

namespace syncline::expression {
namespace {

constexpr const char* kRecord =
    R"({"id": "00123", "cost": 1.10, "owner": {"email": "a@example.com"}, "notes": null,
 "disks": [{"name": "c", "free": 10, "tags": ["ssd"]}, {"name": "d", "free": 250, "tags": []}]})";

TEST(DocumentationTest, ExamplesYieldWhatThePageSays) {
  struct Example {
    const char* expression;
    const char* expected;
  };
  const Example examples[] = {
      {"owner.email", R"("a@example.com")"},
      {"owner.phone.home", "null"},
      {R"("first name")", "null"},
      {"disks[0].name", R"("c")"},
      {"disks[-1].name", R"("d")"},
      {"disks[:1].name", R"(["c"])"},
      {"disks[*].name", R"(["c","d"])"},
      {"disks[].tags[]", R"(["ssd"])"},
      {"owner.*", R"(["a@example.com"])"},
      {"disks[?free > `100`].name", R"(["d"])"},
      {"disks[?name == 'c'] | [0].free", "10"},
      {"[id, owner.email]", R"(["00123","a@example.com"])"},
      {"{key: id, mail: owner.email}", R"({"key":"00123","mail":"a@example.com"})"},
      {"notes || owner.email", R"("a@example.com")"},
      {"sort_by(disks, &free)[-1].name", R"("d")"},
      {"if(cost > `1`, 'dear', 'cheap')", R"("dear")"},
      {"default(notes, 'none')", R"("none")"},
      {"lower('MÜLLER')", R"("müller")"},
      {"trim('  a b ')", R"("a b")"},
      {"split('a,b,', ',')", R"(["a","b",""])"},
      {"replace('a-b-c', '-', '')", R"("abc")"},
      {"substring('aäöü', `1`, `2`)", R"("äö")"},
      {"base64_encode('foob')", R"("Zm9vYg==")"},
      {"base64_decode('Zm9vYg')", R"("foob")"},
      {"format_time('2024-03-31T01:30:00Z', '%d.%m. %H:%M', 'Europe/Vienna')", R"("31.03. 03:30")"},
      {"parse_time('05.04.2024', '%d.%m.%Y', 'Europe/Vienna')", R"("2024-04-04T22:00:00Z")"},
      {"format_time(to_number(substring(to_string(`1700000000123`), `0`, `10`)), '%Y')",
       R"("2023")"},
      {"format_time(sum([to_number(format_time('2024-05-01T12:00:00Z', '%s')), `-2592000`]), "
       "'%Y-%m-%d')",
       R"("2024-04-01")"},
  };
  for (const Example& example : examples) {
    EXPECT_EQ(EvaluateToText(example.expression, kRecord), example.expected) << example.expression;
  }
}

}  // namespace
}  // namespace syncline::expression
