// Every example of docs/answers.md: the definition is read as the command reads it, the answer
// below it is served, and the records or the error below that come of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "cli/definition.h"
#include "pull/puller.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::cli {
namespace {

class NoSecretSource final : public SecretSource {
 public:
  absl::StatusOr<std::string> FromEnvironment(const std::string&) const override {
    return base::Error(base::Reason::kInvalidArgument, "no example has a secret");
  }
  absl::StatusOr<std::string> FromFile(const std::string&) const override {
    return base::Error(base::Reason::kInvalidArgument, "no example has a secret");
  }
};

struct Block {
  std::string kind;  // first word behind the fence
  std::string rest;
  std::string text;
};

std::vector<Block> BlocksOf(const std::filesystem::path& page) {
  std::ifstream file(page);
  std::vector<Block> blocks;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      const std::string head = line.substr(3);
      const std::size_t space = std::min(head.find(' '), head.size());
      blocks.push_back({head.substr(0, space), head.substr(std::min(space + 1, head.size())), ""});
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

v1::Integration ReadIntegration(const std::string& yaml) {
  std::vector<Definition> definitions;
  base::FieldViolations violations;
  ReadDefinitions({"answers.md", yaml}, "default", NoSecretSource(), definitions, violations);
  EXPECT_TRUE(violations.ToStatus().ok()) << base::MessageOf(violations.ToStatus()) << yaml;
  for (const Definition& definition : definitions) {
    const auto* found = dynamic_cast<const v1::Integration*>(definition.message.get());
    if (found != nullptr) return *found;
  }
  ADD_FAILURE() << "no integration in " << yaml;
  return {};
}

// The records of the one page, as JSON; or the reason and the message.
std::string Outcome(const v1::Integration& integration, const Block& answer) {
  test::FakeClock clock{test::FakeClock::Waits::kJump};
  base::SeededRandom random(1);
  test::ScriptedTransport vendor;
  http::Response response{.status = 200, .body = answer.text};
  response.headers.Add("Content-Type", answer.rest);
  vendor.Enqueue(std::move(response));
  const auto puller = pull::Puller::Make({.integration = integration,
                                          .authenticator = auth::MakeNoAuthenticator(),
                                          .transport = vendor,
                                          .clock = clock,
                                          .random = random,
                                          .run_start = clock.Now()});
  if (!puller.ok()) return base::MessageOf(puller.status());
  const auto page = (*puller)->Next({});
  if (page.ok()) return expression::ToJson((*page)->records);
  return std::string(base::ReasonName(base::ReasonOf(page.status()))) + " " +
         base::MessageOf(page.status());
}

TEST(AnswersPageTest, EveryExampleYieldsWhatItSays) {
  const auto blocks = BlocksOf(std::filesystem::path(SYNCLINE_SOURCE_DIR) / "docs" / "answers.md");
  int examples = 0;
  for (std::size_t i = 0; i + 2 < blocks.size(); ++i) {
    if (blocks[i].kind != "yaml" || blocks[i + 1].kind != "answer") continue;
    ++examples;
    const Block& expected = blocks[i + 2];
    const std::string outcome = Outcome(ReadIntegration(blocks[i].text), blocks[i + 1]);
    if (expected.kind == "error") {
      EXPECT_EQ(outcome + "\n", expected.text);
      continue;
    }
    ASSERT_EQ(expected.kind, "records") << blocks[i].text;
    const auto records = json::Document::Parse(expected.text);
    ASSERT_TRUE(records.ok()) << expected.text;
    EXPECT_EQ(outcome, json::ToJson((*records)->root())) << blocks[i].text;
  }
  EXPECT_GE(examples, 10);
}

}  // namespace
}  // namespace syncline::cli
