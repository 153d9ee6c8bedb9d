// Vendors whose sign-in is worked out in the reference, each as a credential and the whole dialog
// that comes of it: two pages of its list with every identity, then the end of the run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "auth/signing_transport.h"
#include "tests/auth/scripted_aws.h"
#include "tests/auth/session_fixture.h"
#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using test::JsonResponse;
using test::ScriptedAws;
using MakeVendor = std::function<std::unique_ptr<http::Transport>(const base::Clock& clock)>;

// Writes down what passes: "GET https://… [what signs it] body -> 200".
class Dialog final : public http::Transport {
 public:
  explicit Dialog(std::unique_ptr<http::Transport> vendor) : vendor_(std::move(vendor)) {}

  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override {
    auto answer = vendor_->Send(request, limits, std::move(stop));
    std::string line =
        fmt::format("{} {}", http::MethodName(request.method), request.url.ToString());
    for (const char* name : {"Authorization", "Cookie", "session", "X-Amz-Security-Token"}) {
      // Of a signature what the vendor cannot know beforehand; whether it is right, it tells.
      const auto value = request.headers.Find(name);
      if (value.has_value()) line += fmt::format(" [{}]", value->substr(0, value->find(',')));
    }
    if (!request.body.empty()) line += " " + request.body;
    lines.push_back(fmt::format("{} -> {}", line, answer.ok() ? answer->status : 0));
    return answer;
  }

  std::vector<std::string> lines;

 private:
  const std::unique_ptr<http::Transport> vendor_;
};

// Answers requests whose headers hold `value` with an empty list, others with 401.
MakeVendor WhoWants(const std::string& name, const std::string& value) {
  return [=](const base::Clock&) {
    return std::make_unique<test::ScriptedTransport>([=](const http::Request& request) {
      return request.headers.Find(name) == value ? JsonResponse("[]") : JsonResponse("{}", 401);
    });
  };
}

// A login at `path` that `login` answers, and a list for whoever shows what the login gave.
MakeVendor WithLogin(const std::string& path, const http::Response& login, const std::string& name,
                     const std::string& value) {
  return [=](const base::Clock&) {
    return std::make_unique<test::ScriptedTransport>([=](const http::Request& request) {
      if (request.url.path == path) return login;
      return request.headers.Find(name) == value ? JsonResponse("[]") : JsonResponse("{}", 401);
    });
  };
}

http::Response CookieLogin() {
  http::Response login{.status = 303};
  login.headers.Add("Set-Cookie", "PHPSESSID=abcdef; path=/; HttpOnly");
  login.headers.Add("Location", "/open-audit/index.php/summaries");
  return login;
}

constexpr const char* kEmptyRole = "arn:aws:iam::111111111111:role/a";
constexpr const char* kRefusedRole = "arn:aws:iam::222222222222:role/b";

std::unique_ptr<http::Transport> Aws(const base::Clock& clock) {
  auto aws = std::make_unique<ScriptedAws>(clock, [](const http::Request&, const std::string&) {
    return http::Response{.status = 200, .body = "<Users/>"};
  });
  aws->refused[kRefusedRole] = {"AccessDenied", 403};
  return aws;
}

std::string AssumeRole(const std::string& number, const char* name, int status) {
  return fmt::format(
      "POST https://sts.us-east-1.amazonaws.com/ [AWS4-HMAC-SHA256 "
      "Credential=AKIDEXAMPLE/20260101/us-east-1/sts/aws4_request] "
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{}%3Arole%2F{}"
      "&RoleSessionName=syncline&DurationSeconds=3600 -> {}",
      number, name, status);
}

std::string ListUsers(const char* key_id, const char* token) {
  return fmt::format(
      "GET https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08 [AWS4-HMAC-SHA256 "
      "Credential={}/20260101/us-east-1/iam/aws4_request]{} -> 200",
      key_id, token);
}

struct WorkedVendor {
  const char* name;
  std::string credential;
  const char* list;
  MakeVendor make;
  std::vector<std::string> dialog;
};

class WorkedVendors : public testing::TestWithParam<WorkedVendor> {};

TEST_P(WorkedVendors, SignsInAsItsPageSays) {
  const WorkedVendor& vendor = GetParam();
  const test::FakeClock clock;
  base::SeededRandom random(1);
  v1::Credential credential = ParseCredential(vendor.credential);
  const SecretMap secrets = ExtractSecrets(&credential);
  const absl::Status valid = ValidateCredential(credential, secrets, {}, clock.Now());
  ASSERT_TRUE(valid.ok()) << base::MessageOf(valid);
  Dialog dialog(vendor.make(clock));
  const auto authenticator = MakeAuthenticator(
      credential, secrets, {.transport = dialog, .clock = clock, .random = random});
  ASSERT_TRUE(authenticator.ok()) << base::MessageOf(authenticator.status());
  SigningTransport signing(dialog, **authenticator);
  for (int identity = 0; identity < (*authenticator)->identity_count(); ++identity) {
    (*authenticator)->Select(identity);
    for (int page = 0; page < 2; ++page) {
      const auto answer = signing.Send(RequestOf(vendor.list), {}, {});
      if (answer.ok()) continue;
      dialog.lines.push_back(fmt::format("{}: {}", (*authenticator)->IdentityName(identity),
                                         base::ReasonName(base::ReasonOf(answer.status()))));
      break;  // a run goes on with the next identity
    }
  }
  (*authenticator)->End();
  EXPECT_THAT(dialog.lines, testing::ElementsAreArray(vendor.dialog));
}

std::vector<std::string> Twice(const std::string& line) { return {line, line}; }

INSTANTIATE_TEST_SUITE_P(
    All, WorkedVendors,
    testing::Values(
        WorkedVendor{"OktaSsws",
                     "allowed_hosts: 'acme.okta.com' "
                     "api_token { header: 'Authorization' prefix: 'SSWS ' token: '00abc' }",
                     "https://acme.okta.com/api/v1/users?limit=100",
                     WhoWants("Authorization", "SSWS 00abc"),
                     Twice("GET https://acme.okta.com/api/v1/users?limit=100 [SSWS 00abc] -> 200")},
        WorkedVendor{"ZendeskMailToken",
                     "allowed_hosts: 'acme.zendesk.com' "
                     "basic { username: 'me@example.com/token' password: 'key' }",
                     "https://acme.zendesk.com/api/v2/users.json",
                     WhoWants("Authorization", "Basic bWVAZXhhbXBsZS5jb20vdG9rZW46a2V5"),
                     Twice("GET https://acme.zendesk.com/api/v2/users.json "
                           "[Basic bWVAZXhhbXBsZS5jb20vdG9rZW46a2V5] -> 200")},
        WorkedVendor{
            "BambooHrKeyX",
            "allowed_hosts: 'api.bamboohr.com' "
            "basic { secret_username: 'key' password: 'x' }",
            "https://api.bamboohr.com/api/gateway.php/acme/v1/employees/directory",
            WhoWants("Authorization", "Basic a2V5Ong="),
            Twice("GET https://api.bamboohr.com/api/gateway.php/acme/v1/employees/directory "
                  "[Basic a2V5Ong=] -> 200")},
        WorkedVendor{"WorkspaceOneClientCredentials",
                     "allowed_hosts: ['as1.airwatch.example', 'emea.uemauth.vmwservices.com'] "
                     "oauth2 { client_credentials {} client_id: 'uem' client_secret: 'sentinel' "
                     "vars { key: 'region' value: 'emea' } "
                     "token_url: 'https://{{vars.region}}.uemauth.vmwservices.com/connect/token' }",
                     "https://as1.airwatch.example/api/mdm/devices/search?page=0&pageSize=100",
                     WithLogin("/connect/token",
                               JsonResponse(R"({"access_token":"uem-token","token_type":"Bearer",)"
                                            R"("expires_in":3600})"),
                               "Authorization", "Bearer uem-token"),
                     {"POST https://emea.uemauth.vmwservices.com/connect/token "
                      "[Basic dWVtOnNlbnRpbmVs] grant_type=client_credentials -> 200",
                      "GET https://as1.airwatch.example/api/mdm/devices/search?page=0&pageSize=100 "
                      "[Bearer uem-token] -> 200",
                      "GET https://as1.airwatch.example/api/mdm/devices/search?page=0&pageSize=100 "
                      "[Bearer uem-token] -> 200"}},
        WorkedVendor{
            "TaniumSession",
            kTanium,
            "https://tanium.example/plugin/products/asset/v1/assets?limit=100",
            WithLogin("/api/v2/session/login", JsonResponse(R"({"data":{"session":"s-1-token"}})"),
                      "session", "s-1-token"),
            {R"(POST https://tanium.example/api/v2/session/login )"
             R"({"password":"sentinel","username":"svc"} -> 200)",
             "GET https://tanium.example/plugin/products/asset/v1/assets?limit=100 "
             "[s-1-token] -> 200",
             "GET https://tanium.example/plugin/products/asset/v1/assets?limit=100 "
             "[s-1-token] -> 200",
             R"(POST https://tanium.example/api/v2/session/logout [s-1-token] )"
             R"({"session":"s-1-token"} -> 200)"}},
        WorkedVendor{
            "OpenAuditCookie",
            kOpenAudit,
            "https://audit.example/open-audit/index.php/devices?limit=1000",
            WithLogin("/open-audit/index.php/logon", CookieLogin(), "Cookie", "PHPSESSID=abcdef"),
            {"POST https://audit.example/open-audit/index.php/logon "
             "password=sentinel&username=admin -> 303",
             "GET https://audit.example/open-audit/index.php/devices?limit=1000 "
             "[PHPSESSID=abcdef] -> 200",
             "GET https://audit.example/open-audit/index.php/devices?limit=1000 "
             "[PHPSESSID=abcdef] -> 200"}},
        // Role a sees nobody, role b is refused and named, then comes the account of the key.
        WorkedVendor{
            "AwsIamWithRoles",
            fmt::format("allowed_hosts: ['iam.amazonaws.com', "
                        "'sts.us-east-1.amazonaws.com'] aws {{ access_key_id: '{}' "
                        "secret_access_key: '{}' roles {{ arn: '{}' }} "
                        "roles {{ arn: '{}' }} include_own_account: true }}",
                        ScriptedAws::kKeyId, ScriptedAws::kSecret, kEmptyRole, kRefusedRole),
            "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            Aws,
            {AssumeRole("111111111111", "a", 200), ListUsers("ASIA1", " [token/of+ASIA1==]"),
             ListUsers("ASIA1", " [token/of+ASIA1==]"), AssumeRole("222222222222", "b", 403),
             std::string(kRefusedRole) + ": SIGN_IN_FAILED", ListUsers("AKIDEXAMPLE", ""),
             ListUsers("AKIDEXAMPLE", "")}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace syncline::auth
