#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <sstream>
#include <thread>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/consent_answer.h"
#include "cli/loopback_listener.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/support/fake_clock.h"

namespace syncline::cli {
namespace {

using base::Reason;
using testing::HasSubstr;

std::string ReasonText(const absl::Status& status) {
  return status.ok() ? "OK" : std::string(base::ReasonName(base::ReasonOf(status)));
}

TEST(ConsentAnswerTest, IsReadFromWhatAPersonCopies) {
  struct Row {
    const char* name;
    std::string text;
    std::string code;  // or the reason why there is none
  };
  const std::vector<Row> rows = {
      {"an address", "http://127.0.0.1:7/callback?code=a%2Fb&state=s", "a/b"},
      {"with a fragment and line ends", " https://x/y?state=s&code=c#f\r\n", "c"},
      {"a query", "code=c&state=s&iss=https%3A%2F%2Fp", "c"},
      {"a code alone", "  4/0AX4XfWh\n", "4/0AX4XfWh"},
      {"another consent's", "code=c&state=t", "AUTHORIZATION_STATE_INVALID"},
      {"no state", "https://x/y?code=c", "AUTHORIZATION_STATE_INVALID"},
      {"a refusal", "error=access_denied&error_description=no+way&state=s", "REAUTH_REQUIRED"},
      {"no code", "https://x/y?state=s", "INVALID_ARGUMENT"},
      {"nothing", " \n", "INVALID_ARGUMENT"},
      {"too long", std::string(kConsentAnswerBytesMax + 1, 'c'), "INVALID_ARGUMENT"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto answer = ParseConsentAnswer(row.text, "s");
    const auto code = answer.ok() ? CodeOf(*answer, "s") : answer.status();
    EXPECT_EQ(code.ok() ? *code : ReasonText(code.status()), row.code);
  }
  const auto refused = CodeOf(*ParseConsentAnswer(rows[6].text, "s"), "s");
  EXPECT_THAT(base::MessageOf(refused.status()), HasSubstr("access_denied: no way"));
}

TEST(LoopbackListenerTest, TakesTheOneAnswerThatIsMeant) {
  auto listener = LoopbackListener::Open(0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::vector<int> statuses;
  std::jthread browser([&, port = listener->port()] {
    for (const char* target : {"/favicon.ico", "/callback?state=wrong", "/callback?state=right"}) {
      httplib::Client client("127.0.0.1", port);
      const auto answer = client.Get(target);
      statuses.push_back(answer ? answer->status : 0);
    }
  });
  const base::SystemClock clock;
  const auto query = listener->Await("/callback", clock, std::chrono::seconds(20),
                                     [](std::string_view text) { return text == "state=right"; });
  browser.join();
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(*query, "state=right");
  EXPECT_THAT(statuses, testing::ElementsAre(404, 400, 200));
}

TEST(LoopbackListenerTest, WaitsNoLongerThanItIsTold) {
  auto listener = LoopbackListener::Open(0);
  ASSERT_TRUE(listener.ok());
  const base::SystemClock clock;
  const auto query = listener->Await("/callback", clock, std::chrono::milliseconds(20),
                                     [](std::string_view) { return true; });
  EXPECT_EQ(ReasonText(query.status()), "DEADLINE_EXCEEDED");
  const auto taken = LoopbackListener::Open(listener->port());
  EXPECT_THAT(base::MessageOf(taken.status()), HasSubstr("--port"));
}

// Knows one credential and answers its consent.
class ConsentServer final : public Server {
 public:
  absl::StatusOr<MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request) override {
    calls.push_back(method.name());
    requests.push_back(request.ShortDebugString());
    MessagePointer answer = NewMessage(*method.output_type());
    if (method.name() == "GetCredential") answer->CopyFrom(credential);
    if (auto* begun = dynamic_cast<v1::BeginAuthorizationResponse*>(answer.get())) {
      begun->set_authorization_url("https://p.example/authorize?state=s");
      begun->set_state("s");
      if (on_begin) {
        on_begin(dynamic_cast<const v1::BeginAuthorizationRequest&>(request).redirect_uri());
      }
    }
    if (auto* done = dynamic_cast<v1::CompleteAuthorizationResponse*>(answer.get())) {
      *done->mutable_credential() = credential;
    }
    if (auto* begun = dynamic_cast<v1::BeginDeviceAuthorizationResponse*>(answer.get())) {
      begun->set_user_code("ABCD-EFGH");
      begun->set_verification_uri("https://p.example/go");
      begun->set_state("d");
      begun->mutable_interval()->set_seconds(5);
    }
    if (auto* poll = dynamic_cast<v1::PollDeviceAuthorizationResponse*>(answer.get())) {
      poll->mutable_interval()->set_seconds(10);
      if (--polls_to_go <= 0) *poll->mutable_credential() = credential;
    }
    return answer;
  }
  std::unique_ptr<AnswerStream> Open(const google::protobuf::MethodDescriptor&,
                                     const google::protobuf::Message&) override {
    return nullptr;
  }

  v1::Credential credential;
  std::vector<std::string> calls;
  std::vector<std::string> requests;
  std::function<void(const std::string& redirect_uri)> on_begin;
  int polls_to_go = 1;
};

class AuthorizeTest : public testing::Test {
 protected:
  AuthorizeTest() { server_.credential.set_name("workspaces/default/credentials/vendor"); }
  CommandResult Authorize(const base::Clock& clock, const AuthorizeOptions& options) {
    Session session{.server = server_, .clock = clock, .out = out_, .err = err_, .in = in_};
    return AuthorizeCommand(session, "vendor", options);
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  ConsentServer server_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(AuthorizeTest, ListensForTheBrowser) {
  server_.credential.mutable_oauth2()->mutable_authorization_code();
  std::jthread browser;
  server_.on_begin = [&browser](const std::string& redirect_uri) {
    browser = std::jthread([redirect_uri] {
      httplib::Client client(redirect_uri.substr(0, redirect_uri.rfind('/')));
      client.Get("/callback?code=sentinel-code&state=s");
    });
  };
  const base::SystemClock clock;
  const CommandResult result = Authorize(clock, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(out_.str(), "credential vendor: authorized\n");
  EXPECT_THAT(err_.str(), HasSubstr("https://p.example/authorize?state=s"));
  EXPECT_THAT(server_.calls.back(), "CompleteAuthorization");
  EXPECT_THAT(server_.requests.back(), HasSubstr("sentinel-code"));
  EXPECT_THAT(out_.str() + err_.str(), testing::Not(HasSubstr("sentinel")));
}

TEST_F(AuthorizeTest, TakesWhatAPersonPastes) {
  server_.credential.mutable_oauth2()->mutable_authorization_code();
  in_.str("urn:x?code=c&state=s\n");
  EXPECT_TRUE(Authorize(clock_, {.redirect_uri = "urn:x"}).ok());
  EXPECT_THAT(server_.requests.back(), HasSubstr("code: \"c\""));
  in_.str("urn:x?code=c&state=another\n");
  in_.clear();
  EXPECT_EQ(ReasonText(Authorize(clock_, {.paste = true}).status()), "AUTHORIZATION_STATE_INVALID");
}

TEST_F(AuthorizeTest, PollsADeviceAtItsPace) {
  server_.credential.mutable_oauth2()->mutable_device_code();
  server_.polls_to_go = 3;
  const base::SteadyTime begin = clock_.SteadyNow();
  ASSERT_TRUE(Authorize(clock_, {}).ok());
  EXPECT_EQ(clock_.SteadyNow() - begin, std::chrono::seconds(5 + 10 + 10));
  EXPECT_THAT(err_.str(), HasSubstr("ABCD-EFGH"));
  EXPECT_THAT(err_.str(), HasSubstr("https://p.example/go"));
  server_.polls_to_go = 1'000'000;
  EXPECT_EQ(ReasonText(Authorize(clock_, {}).status()), "DEADLINE_EXCEEDED");
}

TEST_F(AuthorizeTest, AsksForTheAlternativeThatIsMeant) {
  auto& alternatives = *server_.credential.mutable_alternatives();
  alternatives["person"].mutable_oauth2()->mutable_authorization_code();
  alternatives["screen"].mutable_oauth2()->mutable_device_code();
  in_.str("urn:x?code=c&state=s\n");
  EXPECT_TRUE(Authorize(clock_, {.redirect_uri = "urn:x", .alternative = "person"}).ok());
  EXPECT_THAT(server_.requests.at(1), HasSubstr("alternative: \"person\""));
  server_.requests.clear();
  EXPECT_TRUE(Authorize(clock_, {.alternative = "screen"}).ok());
  EXPECT_THAT(server_.requests.at(1), HasSubstr("alternative: \"screen\""));
  EXPECT_EQ(ReasonText(Authorize(clock_, {.alternative = "absent"}).status()), "NOT_FOUND");
}

TEST_F(AuthorizeTest, OtherCredentialsNeedNobody) {
  server_.credential.mutable_oauth2()->mutable_client_credentials();
  const absl::Status status = Authorize(clock_, {}).status();
  EXPECT_EQ(ReasonText(status), "INVALID_ARGUMENT");
  EXPECT_THAT(base::MessageOf(status), HasSubstr("authorizationCode"));
}

}  // namespace
}  // namespace syncline::cli
