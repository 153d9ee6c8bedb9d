#include "auth/aws_security_token_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/auth/scripted_aws.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kArn = "arn:aws:iam::123456789012:role/team/reader";
constexpr const char* kHost = "sts.eu-west-1.amazonaws.com";

class AwsSecurityTokenServiceTest : public testing::Test {
 protected:
  absl::StatusOr<AwsGrant> Assume(http::Transport& transport, const v1::AwsRole& role) {
    AwsSecurityTokenService sts(transport, clock_, clocks_,
                                *http::Url::Parse(std::string("https://") + kHost), "eu-west-1");
    return sts.AssumeRole(role, keys_, hosts_, {});
  }
  static v1::AwsRole Role() {
    v1::AwsRole role;
    role.set_arn(kArn);
    return role;
  }
  static http::Response Xml(int status, std::string body) {
    return {.status = status, .body = std::move(body)};
  }

  test::FakeClock clock_;
  AwsClocks clocks_{clock_};
  AllowedHosts hosts_ = *AllowedHosts::Make({kHost});
  AwsKeys keys_{test::ScriptedAws::kKeyId, secret::Secret(test::ScriptedAws::kSecret), {}};
  test::ScriptedAws aws_{clock_, [](const http::Request&, const std::string&) {
                           return http::Response{.status = 500};
                         }};
};

TEST_F(AwsSecurityTokenServiceTest, YieldsTheKeysOfARole) {
  const auto grant = Assume(aws_, Role());
  ASSERT_TRUE(grant.ok()) << base::MessageOf(grant.status());
  EXPECT_EQ(grant->keys.access_key_id, "ASIA1");
  EXPECT_EQ(grant->keys.secret_access_key.Reveal(), "secret/of+ASIA1");
  EXPECT_EQ(grant->keys.session_token.Reveal(), "token/of+ASIA1==");
  EXPECT_EQ(grant->expire_time, clock_.Now() + hours(1));
  EXPECT_EQ(aws_.assumed(), std::string(kArn) + " by own as syncline for 3600");
}

TEST_F(AwsSecurityTokenServiceTest, SendsWhatTheRoleSays) {
  v1::AwsRole role = Role();
  role.set_session_name("nightly@acme");
  role.set_external_id("tenant:7/x");
  role.mutable_duration()->set_seconds(900);
  test::ScriptedTransport transport;
  transport.Enqueue(Xml(500, ""));
  EXPECT_FALSE(Assume(transport, role).ok());
  const http::Request request = transport.requests().at(0);
  EXPECT_EQ(request.method, http::Method::kPost);
  EXPECT_EQ(request.url.ToString(), "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.body,
            "Action=AssumeRole&Version=2011-06-15"
            "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Freader"
            "&RoleSessionName=nightly%40acme&DurationSeconds=900&ExternalId=tenant%3A7%2Fx");
  EXPECT_THAT(std::string(*request.headers.Find("Authorization")),
              HasSubstr("/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date"));
}

TEST_F(AwsSecurityTokenServiceTest, RefusalsNameTheRoleTheCodeAndTheRemedy) {
  const struct {
    const char* code;
    const char* remedy;
  } cases[] = {{"AccessDenied", "must trust the one who asks"},
               {"ExpiredToken", "store keys that are still good"},
               {"InvalidClientTokenId", "aws.accessKeyId is unknown"},
               {"RegionDisabledException", "set aws.stsUrl"},
               {"MalformedPolicyDocument", "refused: MalformedPolicyDocument"}};
  for (const auto& [code, remedy] : cases) {
    aws_.refused[kArn] = {code, 403};
    const absl::Status status = Assume(aws_, Role()).status();
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kSignInFailed) << code;
    EXPECT_THAT(base::MessageOf(status),
                AllOf(HasSubstr(kArn), HasSubstr(code), HasSubstr(remedy)));
    EXPECT_EQ(base::MetadataOf(status), (base::ErrorMetadata{{"role", kArn}, {"code", code}}));
  }
}

TEST_F(AwsSecurityTokenServiceTest, WhatPassesByItselfIsWorthAnotherTry) {
  for (const auto& [code, status] : {std::pair("Throttling", 400),
                                     {"InternalFailure", 500},
                                     {"ServiceUnavailable", 503},
                                     {"TooMany", 429}}) {
    aws_.refused[kArn] = {code, status};
    EXPECT_EQ(base::ReasonOf(Assume(aws_, Role()).status()), base::Reason::kVendorUnreachable)
        << code;
  }
}

TEST_F(AwsSecurityTokenServiceTest, LearnsTheTimeAndAsksOnceMore) {
  aws_.offset = hours(3);
  const auto grant = Assume(aws_, Role());
  ASSERT_TRUE(grant.ok()) << base::MessageOf(grant.status());
  EXPECT_EQ(aws_.request_count(), 2);
  EXPECT_EQ(grant->expire_time, clock_.Now() + hours(1)) << "by our clock";
}

TEST_F(AwsSecurityTokenServiceTest, IsAskedOnAllowedHostsOnly) {
  hosts_ = *AllowedHosts::Make({"iam.amazonaws.com"});
  EXPECT_EQ(base::ReasonOf(Assume(aws_, Role()).status()), base::Reason::kHostNotAllowed);
  EXPECT_EQ(aws_.request_count(), 0);
}

TEST_F(AwsSecurityTokenServiceTest, TheSoonerEndCounts) {
  const auto answer = [](const char* expiration) {
    return Xml(200, std::string("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A"
                                "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                                "</SessionToken><Expiration>") +
                        expiration +
                        "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
  };
  test::ScriptedTransport transport;
  transport.Enqueue(answer("2026-01-01T00:20:00Z"));
  transport.Enqueue(answer("2027-01-01T00:00:00.000Z"));
  EXPECT_EQ(Assume(transport, Role())->expire_time, clock_.Now() + minutes(20));
  EXPECT_EQ(Assume(transport, Role())->expire_time, clock_.Now() + hours(1));
  for (const char* wrong : {"", "soon", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z"}) {
    transport.Enqueue(answer(wrong));
    EXPECT_EQ(base::ReasonOf(Assume(transport, Role()).status()), base::Reason::kSignInFailed);
  }
}

TEST_F(AwsSecurityTokenServiceTest, AnAnswerThatIsNoneOfItsIsRefused) {
  for (const char* body :
       {"", "{}", "<a/>", "<!DOCTYPE a><a/>", "<html>sign in</html>",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A"
        "</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>"}) {
    test::ScriptedTransport transport;
    transport.Enqueue(Xml(200, body));
    transport.Enqueue(Xml(403, body));
    for (int i = 0; i < 2; ++i) {
      const absl::Status status = Assume(transport, Role()).status();
      EXPECT_EQ(base::ReasonOf(status), base::Reason::kSignInFailed) << body;
      EXPECT_THAT(base::MessageOf(status), HasSubstr(kArn));
    }
  }
}

TEST_F(AwsSecurityTokenServiceTest, NoSecretIsInAnError) {
  test::ScriptedTransport transport;
  transport.Enqueue(
      Xml(403, std::string("<ErrorResponse><Error><Code>AccessDenied</Code><Message>") +
                   test::ScriptedAws::kSecret + "</Message></Error></ErrorResponse>"));
  const absl::Status status = Assume(transport, Role()).status();
  EXPECT_THAT(base::MessageOf(status),
              AllOf(HasSubstr("withheld"), Not(HasSubstr(test::ScriptedAws::kSecret))));
}

TEST_F(AwsSecurityTokenServiceTest, ErrorsOfTheTransportStay) {
  test::ScriptedTransport transport;
  EXPECT_EQ(base::ReasonOf(Assume(transport, Role()).status()), base::Reason::kVendorUnreachable);
}

}  // namespace
}  // namespace syncline::auth
