// The public compliance suite of JMESPath, every case that states a result or an error.
#include <gtest/gtest.h>

#include <iostream>

#include "base/status.h"
#include "expression/expression.h"
#include "json/document.h"
#include "tests/support/vectors.h"

namespace syncline::expression {
namespace {

absl::StatusOr<Value> CompileAndEvaluate(std::string_view text, const Value& given,
                                         Evaluation& evaluation, std::vector<Expression>* keep) {
  SYNCLINE_ASSIGN_OR_RETURN(Expression expression, Expression::Compile(text));
  keep->push_back(expression);  // a result may refer to the literals of its expression
  return expression.Evaluate(given, evaluation);
}

struct Counts {
  int results = 0;
  int errors = 0;
  int measured = 0;  // benchmarks state no result; they must compile and evaluate
};

void CheckCase(const std::string& file, const Value& given, const json::Node& node,
               Counts* counts) {
  const Value test(node);
  const std::string text(test.Find("expression").text());
  Evaluation evaluation;
  std::vector<Expression> keep;
  const absl::StatusOr<Value> result = CompileAndEvaluate(text, given, evaluation, &keep);
  json::Node expected;
  if (node.Find("error", &expected)) {
    ++counts->errors;
    EXPECT_FALSE(result.ok()) << file << ": " << text << " yielded " << ToJson(*result);
    return;
  }
  ASSERT_TRUE(result.ok()) << file << ": " << text << ": " << base::MessageOf(result.status());
  if (!node.Find("result", &expected)) {
    ++counts->measured;
    return;
  }
  ++counts->results;
  EXPECT_TRUE(Equal(*result, Value(expected)))
      << file << ": " << text << "\n  yielded  " << ToJson(*result) << "\n  expected "
      << json::ToJson(expected);
}

TEST(ComplianceTest, AgreesWithEveryCase) {
  const auto folder = support::VectorFolder("jmespath");
  if (!folder.has_value()) {
    GTEST_SKIP() << "The JMESPath compliance suite is not here: set SYNCLINE_VECTORS to the folder "
                    "that holds jmespath/";
  }
  Counts counts;
  for (const auto& path : support::FilesIn(*folder, ".json")) {
    const auto document = json::Document::Parse(support::ReadFile(path));
    ASSERT_TRUE(document.ok()) << path;
    Value((*document)->root()).ForEachElement([&](const Value& group) {
      group.Find("cases").ForEachElement([&](const Value& test) {
        CheckCase(path.filename().string(), group.Find("given"), test.node(), &counts);
      });
    });
  }
  std::cout << "JMESPath compliance: " << counts.results << " results, " << counts.errors
            << " errors, " << counts.measured << " benchmarks without a result\n";
  EXPECT_GT(counts.results, 0);
  EXPECT_GT(counts.errors, 0);
}

}  // namespace
}  // namespace syncline::expression
