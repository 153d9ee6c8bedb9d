#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/definition_file.h"
#include "syncline/v1/integration_service.pb.h"
#include "tests/support/fake_clock.h"

namespace syncline::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Answers PreviewIntegration.
class PreviewServer final : public Server {
 public:
  absl::StatusOr<MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request) override {
    EXPECT_EQ(method.name(), "PreviewIntegration");
    requests.push_back(dynamic_cast<const v1::PreviewIntegrationRequest&>(request));
    MessagePointer copy = NewMessage(*method.output_type());
    copy->CopyFrom(answer);
    return copy;
  }
  std::unique_ptr<AnswerStream> Open(const google::protobuf::MethodDescriptor&,
                                     const google::protobuf::Message&) override {
    return nullptr;
  }

  v1::PreviewIntegrationResponse answer;
  std::vector<v1::PreviewIntegrationRequest> requests;
};

class PreviewCommandTest : public testing::Test {
 protected:
  ~PreviewCommandTest() override { std::filesystem::remove(file_); }
  CommandResult Preview(const std::string& target, const PreviewOptions& options = {}) {
    Session session{.server = server_, .clock = clock_, .out = out_, .err = err_};
    session.format = format_;
    return PreviewCommand(session, target, options);
  }
  std::string Write(const std::string& text) {
    std::ofstream(file_) << text;
    return file_.string();
  }

  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() /
      ("preview_command_test." + std::to_string(getpid()) + ".yaml");
  test::FakeClock clock_;
  PreviewServer server_;
  OutputFormat format_ = OutputFormat::kTable;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr const char* kCredential =
    "kind: Credential\nname: c\nallowedHosts: [v.example]\n"
    "basic: {username: u, password: {fromEnv: NO_SUCH_VARIABLE_IS_SET}}\n---\n";
constexpr const char* kFirst =
    "kind: Integration\nname: first\nobjectType: user\nrequest: {url: \"https://v.example/\"}\n";
constexpr const char* kSecond =
    "---\nkind: Integration\nname: second\nobjectType: user\nrequest: {url: "
    "\"https://v.example/\"}\n";

TEST_F(PreviewCommandTest, AStoredOneIsNamed) {
  EXPECT_EQ(*Preview("users", {.page_count = 2, .record_count = 5}), ExitCode::kOk);
  ASSERT_EQ(server_.requests.size(), 1U);
  EXPECT_EQ(server_.requests[0].name(), "workspaces/default/integrations/users");
  EXPECT_EQ(server_.requests[0].page_count(), 2);
  EXPECT_EQ(server_.requests[0].record_count(), 5);
}

TEST_F(PreviewCommandTest, OneOfAFileIsSentWithoutReadingSecrets) {
  ASSERT_TRUE(Preview(Write(std::string(kCredential) + kFirst)).ok());
  EXPECT_EQ(server_.requests.at(0).integration().name(), "workspaces/default/integrations/first");
  EXPECT_EQ(server_.requests.at(0).integration().request().url(), "https://v.example/");
  const std::string both = Write(std::string(kFirst) + kSecond);
  const auto which = Preview(both);
  EXPECT_THAT(base::MessageOf(which.status()),
              AllOf(HasSubstr("--integration"), HasSubstr("first, second")));
  ASSERT_TRUE(Preview(both, {.integration = "second"}).ok());
  EXPECT_EQ(server_.requests.at(1).integration().name(), "workspaces/default/integrations/second");
  EXPECT_THAT(base::MessageOf(
                  Preview(Write(kCredential + std::string("kind: Workspace\nname: w\n"))).status()),
              HasSubstr("no Integration"));
  EXPECT_THAT(base::MessageOf(Preview("/no/such.yaml").status()), HasSubstr("cannot be read"));
}

TEST_F(PreviewCommandTest, SaysWhatWasSeen) {
  v1::PreviewIntegrationResponse& answer = server_.answer;
  v1::Exchange* const exchange = answer.add_exchanges();
  exchange->set_exchange_id(1);
  exchange->set_cause("page 1");
  exchange->set_status(200);
  exchange->set_attempt(1);
  exchange->set_judgement("status 200; 2 records");
  answer.set_paging("The list goes on with page 2.");
  answer.set_next_request("GET https://v.example/?page=2\x1b[2J");
  answer.mutable_proposed_pagination()->mutable_cursor()->set_next_url("next");
  answer.set_proposal_reason("it has a next link");
  answer.add_incremental_states()->set_value("7");
  v1::DiscoveredField* const field = answer.add_fields();
  field->set_path("mail");
  field->add_types("null");
  field->add_types("string");
  field->set_record_count(1);
  field->add_samples("\"a@b\"");
  answer.add_records(R"({"mail":"a@b"})");
  EXPECT_EQ(*Preview("users"), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("status 200; 2 records"), HasSubstr("The list goes on with page 2.\n"),
            HasSubstr("next: GET https://v.example/?page=2?[2J\n"),
            HasSubstr("instead of automatic: pagination: {\"cursor\":{\"nextUrl\":\"next\"}}"),
            HasSubstr("  it has a next link\n"), HasSubstr("state: 7\n"), HasSubstr("null, string"),
            HasSubstr("{\"mail\":\"a@b\"}\n")));
}

TEST_F(PreviewCommandTest, WhatARunWouldFailWithIsTheExitCode) {
  server_.answer.mutable_error()->set_reason("AUTH_FAILED");
  server_.answer.mutable_error()->set_message("the sign-in was refused");
  EXPECT_EQ(*Preview("users"), ExitCode::kRunFailed);
  EXPECT_THAT(out_.str(), HasSubstr("a run would fail: the sign-in was refused [AUTH_FAILED]\n"));
  format_ = OutputFormat::kJson;
  out_.str("");
  EXPECT_EQ(*Preview("users"), ExitCode::kRunFailed);
  EXPECT_THAT(out_.str(), HasSubstr("\"reason\": \"AUTH_FAILED\""));
}

}  // namespace
}  // namespace syncline::cli
