#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <sstream>

#include "base/status.h"
#include "cli/commands.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/support/fake_clock.h"

namespace syncline::cli {
namespace {

using testing::HasSubstr;

// Answers TestCredential from a queue.
class TestedServer final : public Server {
 public:
  absl::StatusOr<MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request) override {
    EXPECT_EQ(method.name(), "TestCredential");
    requests.push_back(dynamic_cast<const v1::TestCredentialRequest&>(request));
    if (answers.empty()) return base::Error(base::Reason::kNotFound, "no such credential");
    MessagePointer answer = NewMessage(*method.output_type());
    answer->CopyFrom(answers.front());
    answers.pop_front();
    return answer;
  }
  std::unique_ptr<AnswerStream> Open(const google::protobuf::MethodDescriptor&,
                                     const google::protobuf::Message&) override {
    return nullptr;
  }

  std::deque<v1::TestCredentialResponse> answers;
  std::vector<v1::TestCredentialRequest> requests;
};

class TestCommandTest : public testing::Test {
 protected:
  CommandResult Test(const TestOptions& options = {.url = "https://v.example/me"}) {
    Session session{.server = server_, .clock = clock_, .out = out_, .err = err_};
    session.format = format_;
    return TestCommand(session, "vendor", options);
  }
  static v1::TestCredentialResponse Response(bool accepted, const std::string& explanation) {
    v1::TestCredentialResponse response;
    response.set_accepted(accepted);
    response.set_status(accepted ? 200 : 401);
    if (!accepted) response.set_reason("AUTH_FAILED");
    response.set_explanation(explanation);
    return response;
  }
  static void AddIdentity(v1::TestCredentialResponse* response, const std::string& name,
                          bool accepted) {
    v1::IdentityTest* const test = response->add_identities();
    test->set_identity(name);
    test->set_accepted(accepted);
    test->set_explanation("about " + name);
    if (!accepted) test->set_reason("SIGN_IN_FAILED");
  }

  test::FakeClock clock_;
  TestedServer server_;
  OutputFormat format_ = OutputFormat::kTable;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(TestCommandTest, SaysWhatHappened) {
  v1::TestCredentialResponse response = Response(true, "it was accepted");
  response.mutable_token_expire_time()->set_seconds(1'800'000'000);
  server_.answers.push_back(response);
  EXPECT_EQ(*Test({.url = "https://v.example/me", .alternative = "old"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "credential vendor: accepted\n  it was accepted\n"
            "  the access token ends 2027-01-15T08:00:00Z\n");
  ASSERT_EQ(server_.requests.size(), 1U);
  EXPECT_EQ(server_.requests[0].name(), "workspaces/default/credentials/vendor");
  EXPECT_EQ(server_.requests[0].url(), "https://v.example/me");
  EXPECT_EQ(server_.requests[0].alternative(), "old");
}

TEST_F(TestCommandTest, ARefusalIsAnExitCodeOfItsOwn) {
  v1::TestCredentialResponse response = Response(false, "it was refused");
  response.set_body("no\x1b[2J");
  server_.answers.push_back(response);
  EXPECT_EQ(*Test(), ExitCode::kRunFailed);
  EXPECT_EQ(out_.str(),
            "credential vendor: refused (AUTH_FAILED)\n  it was refused\n  it says: no?[2J\n");
  EXPECT_FALSE(Test().ok()) << "what the server refuses is an error";
}

TEST_F(TestCommandTest, GoesOnUntilEveryIdentityWasTested) {
  server_.answers.push_back(Response(true, "of a"));
  AddIdentity(&server_.answers.back(), "a", true);
  server_.answers.back().set_next_identity(1);
  server_.answers.push_back(Response(false, "of b"));
  AddIdentity(&server_.answers.back(), "b", false);
  server_.answers.back().set_next_identity(2);
  server_.answers.push_back(Response(true, "of c"));
  AddIdentity(&server_.answers.back(), "c", true);
  const auto answers = server_.answers;
  EXPECT_EQ(*Test(), ExitCode::kRunFailed);
  EXPECT_EQ(out_.str(),
            "credential vendor: 2 of 3 identities accepted\n  a: accepted\n"
            "  b: refused (SIGN_IN_FAILED)\n    about b\n  c: accepted\n");
  ASSERT_EQ(server_.requests.size(), 3U);
  EXPECT_EQ(server_.requests[2].first_identity(), 2);

  server_.answers = answers;
  format_ = OutputFormat::kJson;
  out_.str("");
  EXPECT_EQ(*Test(), ExitCode::kRunFailed);
  EXPECT_THAT(out_.str(), HasSubstr("of b")) << "the first that was refused stands for all";
  EXPECT_THAT(out_.str(), HasSubstr("\"identity\": \"c\""));
}

TEST_F(TestCommandTest, AServerThatDoesNotComeOnIsNotAskedForEver) {
  for (int i = 0; i < 2; ++i) {
    server_.answers.push_back(Response(true, "x"));
    AddIdentity(&server_.answers.back(), "a", true);
    server_.answers.back().set_next_identity(1);
  }
  EXPECT_EQ(*Test(), ExitCode::kOk);
  EXPECT_EQ(server_.requests.size(), 2U);
}

}  // namespace
}  // namespace syncline::cli
