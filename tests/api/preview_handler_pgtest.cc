// PreviewIntegration over the wire.
#include <gmock/gmock.h>

#include "api/preview_handler.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kStored = "workspaces/default/integrations/users";

class PreviewHandlerTest : public ApiTest {
 protected:
  absl::StatusOr<v1::PreviewIntegrationResponse> Preview(const std::string& request) {
    return CallText<v1::PreviewIntegrationResponse, v1::PreviewIntegrationRequest>(
        "IntegrationService/PreviewIntegration", request);
  }
  void CreateCredential() {
    const auto created = CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential",
        "parent: 'workspaces/default' credential_id: 'vendor' credential { allowed_hosts: "
        "'v.example' basic { username: 'u' password: 'sentinel' } }");
    ASSERT_TRUE(created.ok()) << created.status();
  }
  void CreateIntegration(const std::string& fields) {
    const auto created = CallText<v1::Integration, v1::CreateIntegrationRequest>(
        "IntegrationService/CreateIntegration",
        "parent: 'workspaces/default' integration_id: 'users' integration { object_type: 'user' " +
            fields + " }");
    ASSERT_TRUE(created.ok()) << created.status();
  }
  // Rows of all that a run would write.
  std::string Written() {
    return migrated_->Query(
        "SELECT (SELECT count(*) FROM syncline.run) + (SELECT count(*) FROM "
        "ws_default.syncline_exchange) + (SELECT count(*) FROM ws_default.syncline_link)");
  }
};

TEST_F(PreviewHandlerTest, AStoredIntegrationIsShownAndNothingIsWritten) {
  CreateCredential();
  CreateIntegration(
      "credential: 'vendor' request { url: 'https://v.example/users' } records: 'data' pagination "
      "{ automatic {} }");
  stack_->vendor().EnqueueJson(R"({"data":[{"id":1,"mail":"a@b"},{"id":2,"mail":null}],)"
                               R"("next":"https://v.example/users?p=2"})");
  const auto response = Preview(std::string("name: '") + kStored + "' record_count: 1");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->has_error()) << response->error().message();
  EXPECT_THAT(response->records(), ElementsAre(R"({"id":1,"mail":"a@b"})"));
  ASSERT_EQ(response->exchanges_size(), 1);
  EXPECT_EQ(response->exchanges(0).purpose(), v1::Exchange::PURPOSE_PAGE);
  EXPECT_EQ(response->exchanges(0).status(), 200);
  EXPECT_THAT(response->paging(), HasSubstr("page 2: the next link of page 1"));
  EXPECT_THAT(response->next_request(), HasSubstr("GET https://v.example/users?p=2"));
  EXPECT_EQ(response->proposed_pagination().cursor().next_url(), "response.next");
  EXPECT_FALSE(response->proposal_reason().empty());
  ASSERT_EQ(response->fields_size(), 2);
  EXPECT_EQ(response->fields(1).path(), "mail");
  EXPECT_THAT(response->fields(1).types(), ElementsAre("null", "string"));
  EXPECT_EQ(response->fields(1).record_count(), 1);
  EXPECT_THAT(stack_->vendor().requests().at(0).headers.Find("Authorization").value_or(""),
              HasSubstr("Basic "));
  EXPECT_EQ(Written(), "0");
}

TEST_F(PreviewHandlerTest, OneThatIsNotStoredIsCheckedAndShown) {
  stack_->vendor().EnqueueJson(R"([{"id":1}])");
  const auto response = Preview(
      "integration { name: 'workspaces/default/integrations/new' object_type: 'user' request { "
      "url: "
      "'https://v.example/users' } }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->records_size(), 1);
  EXPECT_EQ(response->paging(), "The list ends with page 1.");
  EXPECT_EQ(response->next_request(), "");
  const auto wrong = Preview(
      "integration { name: 'workspaces/default/integrations/new' object_type: 'user' credential: "
      "'none' request { url: 'nonsense' } }");
  EXPECT_THAT(WrongFields(wrong.status()),
              testing::UnorderedElementsAre("integration.credential", "integration.request.url"));
  EXPECT_EQ(stack_->vendor().requests().size(), 1U) << "nothing is sent for a wrong one";
}

TEST_F(PreviewHandlerTest, WhatTheVendorDoesWrongIsNoErrorOfTheCall) {
  CreateCredential();
  CreateIntegration("credential: 'vendor' request { url: 'https://v.example/users' }");
  for (int i = 0; i < 2; ++i) {  // a sign-in that is refused is tried once more
    stack_->vendor().EnqueueJson(R"({"you sent":"dTpzZW50aW5lbA==","password":"sentinel"})", 401);
  }
  const auto response = Preview(std::string("name: '") + kStored + "'");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->error().reason(), "AUTH_FAILED");
  ASSERT_EQ(response->exchanges_size(), 2);
  EXPECT_EQ(response->exchanges(1).reason(), "AUTH_FAILED");
  EXPECT_GT(response->exchanges(1).wait().nanos(), 0);
  EXPECT_THAT(response->DebugString(), Not(HasSubstr("sentinel")));
  EXPECT_THAT(response->DebugString(), Not(HasSubstr("dTpzZW50aW5lbA")));
}

TEST_F(PreviewHandlerTest, TheStateThatARunWouldKeepIsShown) {
  CreateIntegration(
      "request { url: 'https://v.example/users' } incremental { record_field: 'changed' }");
  stack_->vendor().EnqueueJson(R"([{"id":1,"changed":"2025-11-01T00:00:00Z"}])");
  const auto response = Preview(std::string("name: '") + kStored + "'");
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->incremental_states_size(), 1) << response->DebugString();
  EXPECT_THAT(response->incremental_states(0).value(), HasSubstr("2025-11-01T00:00:00"));
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM ws_default.syncline_state"), "0");
}

TEST_F(PreviewHandlerTest, WrongRequestsAreNamed) {
  EXPECT_THAT(WrongFields(Preview("page_count: -1 record_count: -1").status()),
              ElementsAre("name", "pageCount", "recordCount"));
  EXPECT_EQ(ReasonText(Preview("name: 'workspaces/default/integrations/none'").status()),
            "NOT_FOUND");
  EXPECT_THAT(WrongFields(Preview("integration { object_type: 'user' }").status()),
              ElementsAre("integration.name"));
}

TEST_F(PreviewHandlerTest, ItIsOverBeforeTheCallIs) {
  CreateIntegration("request { url: 'https://v.example/users' }");
  http::Response busy{.status = 503};
  busy.headers.Add("Retry-After", "5");
  stack_->vendor().Enqueue(std::move(busy));
  v1::PreviewIntegrationRequest request;
  request.set_name(kStored);
  const base::SteadyTime begun = migrated_->clock().SteadyNow();
  const auto response =
      PreviewHandler(stack_->handlers())
          .Preview(request, {.deadline = begun + std::chrono::seconds(3), .stop = {}});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->error().reason(), "VENDOR_ERROR");
  EXPECT_THAT(response->error().message(), HasSubstr("A run would wait"));
  EXPECT_LT(migrated_->clock().SteadyNow() - begun, std::chrono::seconds(3));
}

}  // namespace
}  // namespace syncline::api
