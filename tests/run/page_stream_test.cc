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

// What the mapping sees beside a record, and a record that it never sees.
TEST_F(PageStreamTest, ParentsAndDetailsReachTheRows) {
  FunctionTransport vendor([](const http::Request& request) {
    const std::string& path = request.url.path;
    if (path == "/sites") return test::JsonResponse(R"([{"id":7,"name":"Graz"}])");
    if (path == "/sites/7") return test::JsonResponse(R"([{"email":"a"},{"email":"b"}])");
    if (path == "/phone/a") return test::JsonResponse(R"("0316")");
    return test::JsonResponse(R"({"key":"sentinel/token"})", 404);
  });
  Definition definition = MakeDefinition();
  v1::Integration& integration = definition.integration;
  integration.clear_pagination();
  integration.mutable_request()->set_url("https://vendor.example/sites/{{parent.id}}");
  v1::FanOutLevel& level = *integration.mutable_fan_out()->add_levels();
  level.set_name("site");
  level.mutable_request()->mutable_request()->set_url("https://vendor.example/sites");
  v1::Detail& phone = *integration.add_details();
  phone.set_name("phone");
  phone.mutable_request()->set_url("https://vendor.example/phone/{{record.email}}");
  v1::Detail& room = *integration.add_details();
  room.set_name("room");
  room.mutable_request()->set_url("https://vendor.example/room/{{record.email}}");
  room.set_tolerate_failure(true);
  for (const char* field : {"site", "phone"}) {
    definition.object_type.add_fields()->set_name(field);
    definition.object_type.mutable_fields()->rbegin()->set_type(v1::Field::TYPE_STRING);
  }
  (*definition.mapping.mutable_fields())["site"].set_from("parents.site.name");
  (*definition.mapping.mutable_fields())["phone"].set_from("phone");
  const auto mapping = mapping::CompiledMapping::Compile(definition.mapping, definition.object_type,
                                                         mapping::SurroundingsOf(integration));
  ASSERT_TRUE(mapping.ok()) << base::MessageOf(mapping.status());
  auto puller = pull::Puller::Make({.integration = integration,
                                    .authenticator = SignIn(),
                                    .transport = vendor,
                                    .clock = clock_,
                                    .random = random_,
                                    .run_start = clock_.Now()});
  ASSERT_TRUE(puller.ok()) << base::MessageOf(puller.status());
  test::InMemoryPages stored;
  test::InMemoryPageCommitter committer(stored, {.run_id = "r", .worker_id = "worker", .epoch = 1});
  PageStream stream(*std::move(puller), *mapping, clock_.Now(), committer, {});
  const auto page = stream.Next();
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  const model::RowBatch& rows = (*page)->rows;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.at(0, 0).text, "a");
  EXPECT_EQ(rows.at(0, 1).text, "Graz");
  EXPECT_EQ(rows.at(0, 2).text, "0316");
  ASSERT_EQ(rows.rejects.size(), 1U);
  EXPECT_EQ(rows.rejects[0].reason, "DETAIL_FAILED");
  EXPECT_EQ(rows.rejects[0].record, R"({"email":"b"})");
  EXPECT_THAT(rows.rejects[0].message, HasSubstr("The detail \"phone\" failed: VENDOR_ERROR"));
  EXPECT_THAT(rows.rejects[0].message, Not(HasSubstr("sentinel")));
  EXPECT_EQ((*page)->counters.records, 2);
  EXPECT_EQ((*page)->counters.failed_details, 1);
  EXPECT_EQ((*page)->counters.requests, 1 + 1 + 2 + 1);
  EXPECT_TRUE((*page)->last);
}

}  // namespace
}  // namespace syncline::run
