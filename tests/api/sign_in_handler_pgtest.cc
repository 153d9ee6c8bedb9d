// TestCredential with several identities, and how it ends in time.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/sign_in_handler.h"
#include "credential/postgres_token_store.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kName = "workspaces/default/credentials/vendor";

std::string Arn(int account) { return fmt::format("arn:aws:iam::{:012}:role/r", account); }

http::Response Assumed() {
  return {.status = 200,
          .body =
              "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
              "<AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
              "<SecretAccessKey>sentinel-secret</SecretAccessKey>"
              "<SessionToken>sentinel-token</SessionToken>"
              "<Expiration>2199-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
              "</AssumeRoleResponse>"};
}

http::Response NotAssumed() {
  return {.status = 403,
          .body =
              "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no trust</Message>"
              "</Error></ErrorResponse>"};
}

class SignInHandlerTest : public ApiTest {
 protected:
  void Create(const std::string& kind) {
    const auto created = CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential",
        "parent: 'workspaces/default' credential_id: 'vendor' credential { allowed_hosts: "
        "'iam.amazonaws.com' allowed_hosts: 'sts.us-east-1.amazonaws.com' " +
            kind + " }");
    ASSERT_TRUE(created.ok()) << created.status();
  }
  void CreateRoles(int count, bool own = false) {
    std::string roles = own ? "include_own_account: true " : "";
    for (int i = 0; i < count; ++i) roles += fmt::format("roles {{ arn: '{}' }} ", Arn(i));
    Create("aws { access_key_id: 'AKIA1' secret_access_key: 'sentinel-key' " + roles + "}");
  }
  // In this thread, within a scope of the test's.
  absl::StatusOr<v1::TestCredentialResponse> Test(std::chrono::nanoseconds time, int first = 0) {
    v1::TestCredentialRequest request;
    request.set_name(kName);
    request.set_url("https://iam.amazonaws.com/?Action=ListUsers");
    request.set_first_identity(first);
    return SignInHandler(stack_->handlers())
        .Test(request, {.deadline = migrated_->clock().SteadyNow() + time, .stop = {}});
  }
};

TEST_F(SignInHandlerTest, EveryIdentityIsTestedWhateverBecameOfTheOthers) {
  CreateRoles(3, true);
  test::ScriptedTransport& vendor = stack_->vendor();
  vendor.Enqueue(Assumed());
  vendor.EnqueueJson("{}");
  vendor.Enqueue(NotAssumed());
  vendor.Enqueue(Assumed());
  vendor.EnqueueJson(R"({"message": "User is not authorized to perform: iam:ListUsers"})", 403);
  vendor.EnqueueJson("{}");
  const auto response = Test(seconds(60));
  ASSERT_TRUE(response.ok()) << response.status();
  std::vector<std::string> verdicts;
  for (const v1::IdentityTest& test : response->identities()) {
    verdicts.push_back(fmt::format("{} {} {}", test.identity(), test.status(),
                                   test.accepted() ? "accepted" : test.reason()));
  }
  EXPECT_THAT(verdicts, ElementsAre(Arn(0) + " 200 accepted", Arn(1) + " 0 SIGN_IN_FAILED",
                                    Arn(2) + " 403 AUTH_FAILED",
                                    "the account of the access key AKIA1 200 accepted"));
  EXPECT_THAT(response->identities(2).missing_scopes(), ElementsAre("iam:ListUsers"));
  EXPECT_FALSE(response->accepted());
  EXPECT_EQ(response->reason(), "SIGN_IN_FAILED") << "of the first that was refused";
  EXPECT_THAT(response->explanation(), HasSubstr("no trust"));
  EXPECT_EQ(response->next_identity(), 0);
  EXPECT_THAT(response->DebugString(), Not(HasSubstr("sentinel")));
}

TEST_F(SignInHandlerTest, ACallIsBoundedAndSaysWhereToGoOn) {
  const int count = SignInHandler::kIdentitiesMax + 1;
  CreateRoles(count);
  for (int i = 0; i < count; ++i) {
    stack_->vendor().Enqueue(Assumed());
    stack_->vendor().EnqueueJson("{}");
  }
  const auto first = Test(seconds(60));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->identities_size(), SignInHandler::kIdentitiesMax);
  EXPECT_TRUE(first->accepted());
  EXPECT_EQ(first->next_identity(), SignInHandler::kIdentitiesMax);
  const auto rest = Test(seconds(60), first->next_identity());
  ASSERT_TRUE(rest.ok()) << rest.status();
  ASSERT_EQ(rest->identities_size(), 1);
  EXPECT_EQ(rest->identities(0).identity(), Arn(count - 1));
  EXPECT_EQ(rest->next_identity(), 0);
  for (const int wrong : {-1, count}) {
    EXPECT_THAT(WrongFields(Test(seconds(60), wrong).status()), ElementsAre("firstIdentity"));
  }
}

TEST_F(SignInHandlerTest, NoIdentityIsBegunThatTheDeadlineMightCut) {
  CreateRoles(3);
  stack_->vendor().Enqueue(Assumed());
  stack_->vendor().EnqueueJson("{}");
  const auto response = Test(SignInHandler::kIdentityTime - std::chrono::milliseconds(1));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->identities_size(), 1);
  EXPECT_EQ(response->next_identity(), 1);
}

TEST_F(SignInHandlerTest, OneIdentityIsNoList) {
  Create("basic { username: 'u' password: 'sentinel' }");
  stack_->vendor().EnqueueJson("{}");
  const auto response = Test(seconds(60));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->accepted());
  EXPECT_EQ(response->identities_size(), 0);
  EXPECT_EQ(response->next_identity(), 0);
}

TEST_F(SignInHandlerTest, AnothersRefreshIsWaitedForUntilTheDeadline) {
  Create(
      "oauth2 { token_url: 'https://iam.amazonaws.com/token' client_id: 'c' client_secret: 's' "
      "client_credentials {} }");
  credential::PostgresTokenStore other(database(), stack_->vault().sealer(), migrated_->clock(),
                                       migrated_->random(), {{"default", "vendor"}, ""}, 0);
  ASSERT_TRUE(other.TakeLease(0)->has_value());
  const base::SteadyTime begun = migrated_->clock().SteadyNow();
  const auto response = Test(std::chrono::milliseconds(300));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->reason(), "DEADLINE_EXCEEDED") << response->explanation();
  EXPECT_LT(migrated_->clock().SteadyNow() - begun, credential::PostgresTokenStore::kLeaseDuration);
  EXPECT_TRUE(stack_->vendor().requests().empty());
}

}  // namespace
}  // namespace syncline::api
