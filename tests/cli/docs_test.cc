#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/status.h"
#include "cli/definition.h"

// Every ```yaml block of the documentation is a definition file that the command accepts.
namespace syncline::cli {
namespace {

class AnySecretSource final : public SecretSource {
 public:
  absl::StatusOr<std::string> FromEnvironment(const std::string&) const override {
    return std::string("secret");
  }
  absl::StatusOr<std::string> FromFile(const std::string&) const override {
    return std::string("secret");
  }
};

std::vector<std::string> YamlBlocks(const std::filesystem::path& page) {
  std::ifstream file(page);
  std::vector<std::string> blocks;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("```")) {
      inside = line == "```yaml";
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

// README and every page of docs, whatever is added there.
std::vector<std::filesystem::path> Pages() {
  const std::filesystem::path root(SYNCLINE_SOURCE_DIR);
  std::vector<std::filesystem::path> pages = {root / "README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

TEST(DocumentationTest, EveryExampleIsADefinition) {
  int examples = 0;
  for (const std::filesystem::path& page : Pages()) {
    for (const std::string& block : YamlBlocks(page)) {
      std::vector<Definition> definitions;
      base::FieldViolations violations;
      ReadDefinitions({page.string(), block}, "default", AnySecretSource(), definitions,
                      violations);
      OrderDefinitions(definitions, violations);
      EXPECT_TRUE(violations.ToStatus().ok()) << base::MessageOf(violations.ToStatus()) << "\n"
                                              << block;
      EXPECT_FALSE(definitions.empty()) << block;
      ++examples;
    }
  }
  EXPECT_GE(examples, 5);
}

}  // namespace
}  // namespace syncline::cli
