// The public JSONTestSuite: y_ must be accepted, n_ refused, i_ may be either.
#include <gtest/gtest.h>

#include <iostream>

#include "json/document.h"
#include "tests/support/vectors.h"

namespace syncline::json {
namespace {

TEST(JsonTestSuiteTest, AgreesWithEveryVerdict) {
  const auto folder = support::VectorFolder("json-parsing");
  if (!folder.has_value()) {
    GTEST_SKIP() << "JSONTestSuite is not here: set SYNCLINE_VECTORS to the folder that holds "
                    "json-parsing/";
  }
  int accepted = 0;
  int refused = 0;
  int either = 0;
  for (const auto& path : support::FilesIn(*folder, ".json")) {
    const std::string name = path.filename().string();
    const auto document = Document::Parse(support::ReadFile(path));
    if (name.starts_with("i_")) {
      ++either;
      continue;
    }
    EXPECT_EQ(document.ok(), name.starts_with("y_")) << name;
    ++(document.ok() ? accepted : refused);
    if (!document.ok()) continue;
    const std::string rewritten = ToJson((*document)->root());
    const auto again = Document::Parse(rewritten);
    ASSERT_TRUE(again.ok()) << name << " was rewritten as " << rewritten;
    EXPECT_EQ(ToJson((*again)->root()), rewritten) << name;
  }
  std::cout << "JSONTestSuite: " << accepted << " accepted, " << refused << " refused, " << either
            << " left to the parser\n";
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace syncline::json
