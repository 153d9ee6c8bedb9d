#include <gmock/gmock.h>

#include "pull/puller.h"
#include "tests/auth/session_fixture.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

// A run with a sign-in that has a beginning and an end.
namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using SessionRunTest = PullerTest;

constexpr const char* kAssets = R"(
  object_type: 'asset' records: 'data' request { url: 'https://tanium.example/assets' }
  pagination { limit_page { limit: 1 } })";

std::vector<std::string> PathsOf(const test::ScriptedTransport& vendor) {
  std::vector<std::string> paths;
  for (const http::Request& request : vendor.requests()) paths.push_back(request.url.path);
  return paths;
}

TEST_F(SessionRunTest, OneLoginServesAllPagesAndOneLogoutEndsThem) {
  test::ScriptedTransport vendor;
  vendor.EnqueueJson(R"({"data":{"session":"token"}})");
  vendor.EnqueueJson(R"({"data":[{"id":1}]})");
  vendor.EnqueueJson(R"({"data":[{"id":2}]})");
  vendor.EnqueueJson(R"({"data":[]})");
  SignWith(auth::kTanium);
  auto puller = MakePuller(vendor, kAssets);
  EXPECT_EQ(*PullIds(*puller), "1,2");
  EXPECT_EQ(vendor.requests().size(), 4U);
  puller.reset();  // the logout's answer, which is none here, does not matter
  EXPECT_THAT(PathsOf(vendor), ElementsAre("/api/v2/session/login", "/assets", "/assets", "/assets",
                                           "/api/v2/session/logout"));
}

TEST_F(SessionRunTest, AFailedRunLogsOutToo) {
  test::ScriptedTransport vendor;
  vendor.EnqueueJson(R"({"data":{"session":"token"}})");
  vendor.EnqueueJson(R"({"error":"no such list for token"})", 404);
  SignWith(auth::kTanium);
  auto puller = MakePuller(vendor, kAssets);
  const absl::Status failed = PullIds(*puller).status();
  EXPECT_THAT(base::MessageOf(failed), HasSubstr("for [withheld]"));
  puller.reset();
  EXPECT_EQ(PathsOf(vendor).back(), "/api/v2/session/logout");
}

TEST_F(SessionRunTest, ALoginThatIsThrottledWaitsAsTheListDoes) {
  test::ScriptedTransport vendor;
  http::Response busy = test::JsonResponse("", 503);
  busy.headers.Add("Retry-After", "7");
  vendor.Enqueue(busy);
  vendor.EnqueueJson(R"({"data":{"session":"token"}})");
  vendor.EnqueueJson(R"({"data":[]})");
  SignWith(auth::kTanium);
  EXPECT_EQ(*PullIds(*MakePuller(vendor, kAssets)), "");
  ASSERT_EQ(waits_.size(), 1U);
  EXPECT_GE(waits_[0].delay, std::chrono::seconds(7));
  EXPECT_THAT(waits_[0].message, HasSubstr("Step 1 of 1 of the login"));
}

TEST_F(SessionRunTest, ALoginThatIsRefusedIsNotTriedAgain) {
  test::ScriptedTransport vendor;
  vendor.EnqueueJson("{}", 403);
  SignWith(auth::kTanium);
  auto puller = MakePuller(vendor, kAssets);
  EXPECT_EQ(base::ReasonOf(PullIds(*puller).status()), base::Reason::kSignInFailed);
  puller.reset();
  EXPECT_EQ(vendor.requests().size(), 1U);
}

// The members of a body, a type error's value, a link: whatever an error repeats.
TEST_F(SessionRunTest, NoErrorRepeatsTheSession) {
  const char* const bodies[] = {R"({"s3ssion-token":1})", R"({"data":"s3ssion-token"})",
                                R"({"data":{"s3ssion-token":[]}})", "[s3ssion-token"};
  for (const char* const body : bodies) {
    test::ScriptedTransport vendor;
    vendor.EnqueueJson(R"({"data":{"session":"s3ssion-token"}})");
    vendor.EnqueueJson(body);
    SignWith(auth::kTanium);
    auto puller = MakePuller(vendor, kAssets);
    const absl::Status failed = PullIds(*puller).status();
    ASSERT_FALSE(failed.ok()) << body;
    EXPECT_THAT(base::MessageOf(failed), Not(HasSubstr("s3ssion-token"))) << body;
    for (const auto& [key, value] : base::MetadataOf(failed)) {
      EXPECT_THAT(value, Not(HasSubstr("s3ssion-token"))) << key;
    }
  }
}

}  // namespace
}  // namespace syncline::pull
