// One run that walks the list once with each of several roles, through the executor into the
// tables.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "store/credential_store.h"
#include "tests/auth/scripted_aws.h"
#include "tests/run/run_worker.h"
#include "tests/support/run_tables.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/stored_secrets.h"

namespace syncline::run {
namespace {

using test::ScriptedAws;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kA = "arn:aws:iam::111111111111:role/a";
constexpr const char* kB = "arn:aws:iam::222222222222:role/b";
constexpr const char* kC = "arn:aws:iam::333333333333:role/c";

class RolesTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    v1::Credential credential;
    credential.add_allowed_hosts("config.us-east-1.amazonaws.com");
    credential.add_allowed_hosts("sts.us-east-1.amazonaws.com");
    credential.mutable_aws()->set_access_key_id(ScriptedAws::kKeyId);
    for (const char* const arn : {kA, kB, kC}) credential.mutable_aws()->add_roles()->set_arn(arn);
    const absl::Status status =
        database().RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          return store::InsertCredential(transaction, {"default", "aws"}, credential).status();
        });
    ASSERT_TRUE(status.ok()) << status;
    credential::CredentialVault vault(sealer_);
    auth::SecretMap secrets;
    secrets.emplace("aws.secret_access_key", secret::Secret(ScriptedAws::kSecret));
    ASSERT_TRUE(test::SaveSecrets(database(), vault, {"default", "aws"}, secrets).ok());
    v1::Integration integration;
    integration.set_object_type("user");
    integration.set_credential("aws");
    integration.mutable_request()->set_url("https://config.us-east-1.amazonaws.com/users");
    tables_->AddIntegration("people", integration);
    const std::string id = "01900000-0000-7000-8000-000000000001";
    tables_->AddWorker(id);
    aws_.emplace(migrated_->clock(), [this](const http::Request&, const std::string& account) {
      return List(account);
    });
    worker_ = std::make_unique<RunWorker>(*migrated_, *aws_, id, &sealer_);
    ASSERT_TRUE(worker_->executor.Start().ok());
  }
  // Two users of every account, named by the last letter of its role.
  http::Response List(const std::string& account) {
    if (account == refused_) return refusal_;
    const char name = account.back();
    return test::JsonResponse(fmt::format(
        R"([{{"email":"{0}1@vendor.example"}},{{"email":"{0}2@vendor.example"}}])", name));
  }
  // The state of the run at its end.
  std::string Run() {
    run_id_ = tables_->Enqueue("people").value();
    while (true) {
      const std::string state = tables_->RunColumn(run_id_, "state");
      if (state != "QUEUED" && state != "RUNNING") return state;
      std::this_thread::yield();
    }
  }
  std::string Users() {
    return migrated_->Query(
        "SELECT string_agg(split_part(email, '@', 1), ' ' ORDER BY email) FROM "
        "ws_default.\"user\"");
  }
  // "IDENTITY REASON" of every identity that an event tells of.
  std::vector<std::string> Refusals() {
    std::vector<std::string> refusals;
    for (const model::RunEvent& event : tables_->Events(run_id_)) {
      const auto* const page = std::get_if<model::PageCommitted>(&event.body);
      if (page == nullptr || !page->refusal.has_value()) continue;
      refusals.push_back(page->refusal->identity + " " + page->refusal->error.reason);
    }
    return refusals;
  }

  const secret::Keyring keyring_ =
      *secret::Keyring::Parse("test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
  secret::EnvelopeSealer sealer_{keyring_};
  std::optional<test::RunTables> tables_;
  std::string refused_;  // by the vendor, with refusal_; set before a run
  http::Response refusal_;
  std::optional<ScriptedAws> aws_;
  std::unique_ptr<RunWorker> worker_;
  std::string run_id_;
};

TEST_F(RolesTest, AllThatAreWelcomeFillTheTable) {
  EXPECT_EQ(Run(), "SUCCEEDED") << tables_->RunColumn(run_id_, "error");
  EXPECT_EQ(tables_->RunColumn(run_id_, "verdict"), "COMPLETE");
  EXPECT_EQ(Users(), "a1 a2 b1 b2 c1 c2");
}

TEST_F(RolesTest, OneThatIsRefusedEndsNoOther) {
  struct Row {
    const char* name;
    http::Response refusal;
  };
  std::vector<Row> rows = {
      {"as most services do", {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}},
      {"as those do that speak JSON",
       test::JsonResponse(R"({"__type":"AccessDeniedException","Message":"no"})", 400)},
      {"with the name of the service",
       test::JsonResponse(R"({"__type":"com.amazon.coral#UnrecognizedClientException"})", 400)},
      {"in a header", test::JsonResponse("{}", 400)},
  };
  rows.back().refusal.headers.Add("x-amzn-ErrorType", "AccessDeniedException:http://internal/");
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    refused_ = kB;
    refusal_ = row.refusal;
    EXPECT_EQ(Run(), "SUCCEEDED") << tables_->RunColumn(run_id_, "error");
    EXPECT_EQ(tables_->RunColumn(run_id_, "verdict"), "PARTIAL");
    EXPECT_EQ(tables_->RunColumn(run_id_, "counters->>'records'"), "4");
    EXPECT_EQ(Users(), "a1 a2 c1 c2");
    EXPECT_THAT(Refusals(), ElementsAre(std::string(kB) + " AUTH_FAILED"));
  }
}

TEST_F(RolesTest, OneThatMayNotBeAssumedEndsNoOther) {
  aws_->refused[kA] = {"AccessDenied", 403};
  EXPECT_EQ(Run(), "SUCCEEDED") << tables_->RunColumn(run_id_, "error");
  EXPECT_EQ(tables_->RunColumn(run_id_, "verdict"), "PARTIAL");
  EXPECT_EQ(Users(), "b1 b2 c1 c2");
  EXPECT_THAT(Refusals(), ElementsAre(std::string(kA) + " SIGN_IN_FAILED"));
}

// What is wrong with the request is no fault of the role.
TEST_F(RolesTest, AnotherMistakeIsTheRunsOwn) {
  refused_ = kB;
  refusal_ = test::JsonResponse(R"({"__type":"ValidationException"})", 400);
  EXPECT_EQ(Run(), "FAILED");
  EXPECT_EQ(tables_->RunColumn(run_id_, "error->>'reason'"), "VENDOR_ERROR");
  EXPECT_EQ(Users(), "a1 a2") << "what was there before stays";
}

}  // namespace
}  // namespace syncline::run
