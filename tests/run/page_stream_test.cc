#include "run/page_stream.h"

#include "tests/run/run_fixture.h"

namespace syncline::run {
namespace {

using testing::HasSubstr;
using testing::Not;

class PageStreamTest : public RunFixture {
 protected:
  PageStreamTest() : RunFixture(test::FakeClock::Waits::kJump) {}

  std::unique_ptr<auth::Authenticator> SignIn() {
    v1::Credential credential;
    credential.add_allowed_hosts("vendor.example");
    credential.mutable_api_token()->set_header("X-Key");
    auth::SecretMap secrets;
    secrets.emplace("api_token.token", secret::Secret("sentinel/token"));
    return *auth::MakeAuthenticator(credential, secrets,
                                    {.transport = transport_, .clock = clock_, .random = random_});
  }
};

// I5: rejects are stored and shown as the vendor wrote them, but for what it repeats of the secret.
TEST_F(PageStreamTest, NoRejectRepeatsTheToken) {
  on_request_ = [](int) {
    return test::JsonResponse(R"([
        {"email":"a@vendor.example","self":"https://vendor.example/1?key=sentinel%2ftoken"},
        {"self":"https:\/\/vendor.example\/2?key=sentinel\/token","name":"Ann"},
        {"email":"sentinel/token","name":"good"}])");
  };
  Definition definition = MakeDefinition();
  definition.integration.clear_pagination();
  const auto mapping =
      mapping::CompiledMapping::Compile(definition.mapping, definition.object_type, {});
  ASSERT_TRUE(mapping.ok()) << base::MessageOf(mapping.status());
  auto puller = pull::Puller::Make({.integration = definition.integration,
                                    .authenticator = SignIn(),
                                    .transport = transport_,
                                    .clock = clock_,
                                    .random = random_,
                                    .run_start = clock_.Now()});
  ASSERT_TRUE(puller.ok()) << base::MessageOf(puller.status());
  test::InMemoryPages stored;
  test::InMemoryPageCommitter committer(stored, {.run_id = "r", .worker_id = "worker", .epoch = 1});
  PageStream stream(*std::move(puller), *mapping, clock_.Now(), committer, {});
  const auto page = stream.Next();
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  ASSERT_EQ((*page)->rows.rejects.size(), 1U);
  const model::Reject& reject = (*page)->rows.rejects[0];
  EXPECT_THAT(reject.record, Not(HasSubstr("sentinel")));
  EXPECT_THAT(reject.record, HasSubstr("[withheld]"));
  EXPECT_THAT(reject.record, HasSubstr(R"("name":"Ann")"));
  // A record that the database refuses later on.
  EXPECT_THAT((*page)->rows.reject_of(0).record, Not(HasSubstr("sentinel")));
  EXPECT_THAT((*page)->rows.reject_of(0).record, HasSubstr("key=[withheld]"));
  // Good records are data and are not looked at.
  ASSERT_EQ((*page)->rows.size(), 2U);
  EXPECT_EQ((*page)->rows.at(1, 0).text, "sentinel/token");
}

}  // namespace
}  // namespace syncline::run
