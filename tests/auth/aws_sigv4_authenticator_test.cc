#include "auth/aws_sigv4_authenticator.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "auth/signing_transport.h"
#include "base/status.h"
#include "tests/auth/scripted_aws.h"
#include "tests/support/fake_clock.h"

namespace syncline::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ScriptedAws;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A vendor behind SigningTransport; the list's answer is the account that asked.
class AwsSigV4AuthenticatorTest : public testing::Test {
 protected:
  void Make(const std::string& aws, const std::string& hosts =
                                        "allowed_hosts: ['iam.amazonaws.com', "
                                        "'sts.us-east-1.amazonaws.com'] ") {
    v1::Credential credential;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        hosts + "aws { access_key_id: '" + ScriptedAws::kKeyId + "' " + aws + " }", &credential));
    SecretMap secrets;
    secrets.emplace("aws.secret_access_key", secret::Secret(ScriptedAws::kSecret));
    auto made = MakeAuthenticator(credential, secrets,
                                  {.transport = aws_, .clock = clock_, .random = random_});
    ASSERT_TRUE(made.ok()) << base::MessageOf(made.status());
    authenticator_ = *std::move(made);
    signing_.emplace(aws_, *authenticator_);
  }
  absl::StatusOr<http::Response> Get(const char* url = "https://iam.amazonaws.com/?a=1") {
    return signing_->Send({.url = *http::Url::Parse(url)}, {}, {});
  }
  // The account, or the reason of the error, or the status.
  std::string Ask(const char* url = "https://iam.amazonaws.com/?a=1") {
    const auto answer = Get(url);
    if (!answer.ok()) return std::string(base::ReasonName(base::ReasonOf(answer.status())));
    return answer->status == 200 ? answer->body : std::to_string(answer->status);
  }

  test::FakeClock clock_;
  base::SeededRandom random_{1};
  ScriptedAws aws_{clock_, [](const http::Request&, const std::string& account) {
                     return http::Response{.status = 200, .body = account};
                   }};
  std::unique_ptr<Authenticator> authenticator_;
  std::optional<SigningTransport> signing_;
};

constexpr const char* kFirst = "arn:aws:iam::111111111111:role/first";
constexpr const char* kSecond = "arn:aws:iam::222222222222:role/second";

TEST_F(AwsSigV4AuthenticatorTest, ASignedUrlIsNotRedirected) {
  Make("region: 'us-east-1' service: 'iam'");
  EXPECT_FALSE(authenticator_->MayFollowRedirects());
}

TEST_F(AwsSigV4AuthenticatorTest, SignsWithTheKeysOfTheCredential) {
  Make("");
  EXPECT_EQ(Ask(), "own");
  EXPECT_EQ(Ask("https://iam.amazonaws.com/a:b//c%2Fd?b=2&a=x+y&v&a=%2f"), "own");
  EXPECT_EQ(aws_.request_count(), 2);
}

TEST_F(AwsSigV4AuthenticatorTest, OnlyForAllowedHosts) {
  Make("");
  EXPECT_EQ(Ask("https://ec2.amazonaws.com/"), "HOST_NOT_ALLOWED");
  EXPECT_EQ(aws_.request_count(), 0);
}

TEST_F(AwsSigV4AuthenticatorTest, RegionAndServiceMayBeGiven) {
  Make("", "allowed_hosts: 'h.example' ");
  const auto answer = Get("https://h.example/");
  EXPECT_EQ(base::ReasonOf(answer.status()), base::Reason::kSignInFailed);
  EXPECT_THAT(base::MessageOf(answer.status()),
              AllOf(HasSubstr("h.example"), HasSubstr("aws.region and aws.service")));
  Make("region: 'eu-north-1' service: 's3'", "allowed_hosts: 'h.example' ");
  EXPECT_EQ(Ask("https://h.example/a//b/../c%20d"), "own");
}

TEST_F(AwsSigV4AuthenticatorTest, LearnsTheTimeOfAHostOnce) {
  aws_.offset = -hours(5);
  Make("");
  EXPECT_EQ(Ask(), "own");
  EXPECT_EQ(aws_.request_count(), 2) << "refused, corrected, accepted";
  EXPECT_EQ(Ask(), "own");
  EXPECT_EQ(aws_.request_count(), 3) << "and known from then on";
}

TEST_F(AwsSigV4AuthenticatorTest, AClockThatCannotBeBelievedIsNotFollowed) {
  aws_.offset = hours(25);
  Make("");
  EXPECT_EQ(Ask(), "403");
  EXPECT_EQ(aws_.request_count(), 1);
}

TEST_F(AwsSigV4AuthenticatorTest, AWrongSecretIsTriedOnce) {
  Make("");
  v1::AwsAuthentication spec;
  spec.set_access_key_id(ScriptedAws::kKeyId);
  const auto wrong =
      *AwsSigV4Authenticator::Make(spec, *AllowedHosts::Make({"iam.amazonaws.com"}),
                                   {ScriptedAws::kKeyId, secret::Secret("wrong"), {}},
                                   {.transport = aws_, .clock = clock_, .random = random_});
  signing_.emplace(aws_, *wrong);
  EXPECT_EQ(Ask(), "403");
  EXPECT_EQ(aws_.request_count(), 1);
}

TEST_F(AwsSigV4AuthenticatorTest, RolesAreAssumedOneAfterTheOther) {
  Make(std::string("role_chain { arn: '") + kFirst + "' } role_chain { arn: '" + kSecond +
       "' session_name: 'me' duration { seconds: 900 } }");
  EXPECT_EQ(Ask(), kSecond);
  EXPECT_EQ(Ask(), kSecond);
  EXPECT_EQ(aws_.assumed(), std::string(kFirst) + " by own as syncline for 3600; " + kSecond +
                                " by " + kFirst + " as me for 900");
}

TEST_F(AwsSigV4AuthenticatorTest, RoleKeysAreRenewedFiveMinutesBeforeTheirEnd) {
  Make(std::string("role_chain { arn: '") + kFirst + "' }");
  EXPECT_EQ(Ask(), kFirst);
  clock_.Advance(minutes(55) - seconds(1));
  EXPECT_EQ(Ask(), kFirst);
  EXPECT_EQ(aws_.request_count(), 3);
  clock_.Advance(seconds(1));
  EXPECT_EQ(Ask(), kFirst);
  EXPECT_EQ(aws_.request_count(), 5) << "assumed anew";
}

TEST_F(AwsSigV4AuthenticatorTest, OnlyWhatEndsIsRenewed) {
  Make(std::string("role_chain { arn: '") + kFirst + "' } role_chain { arn: '" + kSecond +
       "' duration { seconds: 900 } }");
  EXPECT_EQ(Ask(), kSecond);
  clock_.Advance(minutes(11));
  EXPECT_EQ(Ask(), kSecond);
  EXPECT_EQ(aws_.request_count(), 5) << "the first role's keys are still good";
}

TEST_F(AwsSigV4AuthenticatorTest, KeysThatTheVendorCallsExpiredAreReplacedOnce) {
  Make(std::string("role_chain { arn: '") + kFirst + "' }");
  EXPECT_EQ(Ask(), kFirst);
  aws_.ExpireKeys();
  EXPECT_EQ(Ask(), kFirst);
  EXPECT_EQ(aws_.request_count(), 5) << "assume, list, refused, assume, list";
}

TEST_F(AwsSigV4AuthenticatorTest, ARefusedRoleEndsTheSignIn) {
  aws_.external_ids[kFirst] = "id";
  Make(std::string("role_chain { arn: '") + kFirst + "' }");
  const auto answer = Get();
  EXPECT_EQ(base::ReasonOf(answer.status()), base::Reason::kSignInFailed);
  EXPECT_THAT(base::MessageOf(answer.status()),
              AllOf(HasSubstr(kFirst), HasSubstr("AccessDenied")));
  Make(std::string("role_chain { arn: '") + kFirst + "' external_id: 'id' }");
  EXPECT_EQ(Ask(), kFirst);
}

TEST_F(AwsSigV4AuthenticatorTest, TheTokenServiceMayBeElsewhere) {
  Make(std::string("sts_url: 'http://sts.local:8080/x' role_chain { arn: '") + kFirst + "' }",
       "allowed_hosts: ['iam.amazonaws.com', 'sts.local'] ");
  EXPECT_EQ(Ask(), kFirst);
  Make(std::string("role_chain { arn: '") + kFirst + "' }", "allowed_hosts: 'iam.amazonaws.com' ");
  EXPECT_EQ(Ask(), "HOST_NOT_ALLOWED");
}

TEST_F(AwsSigV4AuthenticatorTest, NeedsASecret) {
  v1::Credential credential;
  credential.add_allowed_hosts("iam.amazonaws.com");
  credential.mutable_aws()->set_access_key_id("A");
  const auto made =
      MakeAuthenticator(credential, {}, {.transport = aws_, .clock = clock_, .random = random_});
  EXPECT_EQ(base::ReasonOf(made.status()), base::Reason::kCredentialCorrupt);
}

TEST_F(AwsSigV4AuthenticatorTest, ScrubsEverySecret) {
  Make(std::string("role_chain { arn: '") + kFirst + "' }");
  EXPECT_EQ(Ask(), kFirst);
  for (const char* secret : {ScriptedAws::kSecret, "secret/of+ASIA1", "token/of+ASIA1=="}) {
    EXPECT_THAT(authenticator_->Scrub(std::string("you sent ") + secret), Not(HasSubstr(secret)));
  }
  EXPECT_EQ(authenticator_->Scrub("nothing"), "nothing");
  http::Url url = *http::Url::Parse("https://iam.amazonaws.com/?a=1");
  authenticator_->Strip(&url);
  EXPECT_EQ(url.query, "a=1");
  EXPECT_TRUE(authenticator_->NamesHost(url));
}

}  // namespace
}  // namespace syncline::auth
