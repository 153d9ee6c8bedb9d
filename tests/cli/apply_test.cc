#include "cli/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/status.h"
#include "syncline/v1/credential.pb.h"
#include "tests/cli/fake_server.h"
#include "tests/support/fake_clock.h"

namespace syncline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kYaml = R"(
kind: Integration
name: users
objectType: user
credential: okta
request: {url: "https://a.example/users"}
mapping: {syncKeys: [email], fields: {email: mail}}
schedule: {daily: 02:00}
---
kind: Credential
name: okta
allowedHosts: [a.example]
apiToken: {header: A, token: {fromEnv: TOKEN}}
)";

class FixedSecretSource final : public SecretSource {
 public:
  absl::StatusOr<std::string> FromEnvironment(const std::string&) const override {
    return std::string("s3cret");
  }
  absl::StatusOr<std::string> FromFile(const std::string&) const override {
    return std::string("s3cret");
  }
};

class ApplyTest : public ::testing::Test {
 protected:
  absl::Status ApplyYaml(const std::string& yaml, bool dry_run = false) {
    std::vector<Definition> definitions;
    base::FieldViolations violations;
    ReadDefinitions({"demo.yaml", yaml}, "default", FixedSecretSource(), definitions, violations);
    OrderDefinitions(definitions, violations);
    EXPECT_TRUE(violations.empty());
    out_.str("");
    server_.calls.clear();
    return Apply(session_, definitions, dry_run);
  }

  // What the server does with a new integration.
  void HaveIntegrationParts() {
    const std::string name = "workspaces/default/integrations/users/mapping";
    auto mapping = NewMessage(*MessageOf(*KindOfMessage("Mapping")));
    mapping->GetReflection()->SetString(mapping.get(),
                                        mapping->GetDescriptor()->FindFieldByName("name"), name);
    server_.resources[name] = std::move(mapping);
  }

  test::FakeServer server_;
  test::FakeClock clock_;
  std::ostringstream out_;
  std::ostringstream err_;
  Session session_{server_, clock_, out_, err_};
};

TEST_F(ApplyTest, CreatesInOrderThenChangesNothing) {
  HaveIntegrationParts();
  ASSERT_TRUE(ApplyYaml(kYaml).ok());
  EXPECT_EQ(out_.str(),
            "credential okta: created\nintegration users: created\nmapping users: updated\n"
            "schedule users/default: created\n");
  // The real server forgets secrets in what it returns.
  auto& credential =
      dynamic_cast<v1::Credential&>(*server_.resources["workspaces/default/credentials/okta"]);
  credential.mutable_api_token()->clear_token();
  ASSERT_TRUE(ApplyYaml(kYaml).ok());
  EXPECT_THAT(server_.calls, ElementsAre("UpdateCredential"));
  EXPECT_THAT(out_.str(), HasSubstr("integration users: unchanged\nmapping users: unchanged\n"));
}

TEST_F(ApplyTest, SendsSecretsThatStandInMapsEveryTime) {
  const char* const yaml =
      "{kind: Credential, name: c, none: {}, alternatives: {k: {apiTokens: {tokens: {a: {header: "
      "X, "
      "token: {fromEnv: T}}}}}}}";
  ASSERT_TRUE(ApplyYaml(yaml).ok());
  ASSERT_TRUE(ApplyYaml(yaml).ok());
  EXPECT_THAT(server_.calls, ElementsAre("UpdateCredential"));
}

TEST_F(ApplyTest, SendsTheEtagItRead) {
  ASSERT_TRUE(ApplyYaml("{kind: Workspace, name: w, displayName: a}").ok());
  ASSERT_TRUE(ApplyYaml("{kind: Workspace, name: w, displayName: b}").ok());
  EXPECT_EQ(out_.str(), "workspace w: updated\n");
  server_.refusals["UpdateWorkspace"] = base::Error(base::Reason::kEtagMismatch, "changed");
  const absl::Status status = ApplyYaml("{kind: Workspace, name: w, displayName: c}");
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kEtagMismatch);
  EXPECT_EQ(out_.str(), "workspace w: failed\n");
}

TEST_F(ApplyTest, ShowsServerViolationsWithTheirLines) {
  server_.refusals["CreateIntegration"] =
      base::InvalidFields({{"request.url", "is not a URL"}, {"object_type", "does not exist"}});
  const absl::Status status = ApplyYaml(kYaml);
  const auto violations = base::FieldViolationsOf(status);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "demo.yaml:6: request.url");
  EXPECT_THAT(out_.str(), HasSubstr("mapping users: skipped: users failed\n"));
  EXPECT_THAT(server_.calls, ElementsAre("CreateCredential", "CreateIntegration"));
}

TEST_F(ApplyTest, ADryRunChangesNothing) {
  ASSERT_TRUE(ApplyYaml(kYaml, true).ok());
  EXPECT_THAT(server_.resources, IsEmpty());
  EXPECT_THAT(out_.str(), HasSubstr("credential okta: would be created\n"));
  EXPECT_THAT(out_.str(), HasSubstr("integration users: would be created; the server can check it "
                                    "once okta exists"));
}

}  // namespace
}  // namespace syncline::cli
