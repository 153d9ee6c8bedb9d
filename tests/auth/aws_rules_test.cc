// The rules of src/auth/aws_rules.cc, as ValidateCredential reports them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<std::string> Mistakes(const std::string& hosts, const std::string& aws) {
  v1::Credential credential;
  const std::string text = fmt::format("allowed_hosts: [{}] aws {{ {} }}", hosts, aws);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  const SecretMap given = ExtractSecrets(&credential);
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(ValidateCredential(credential, given, {}))) {
    fields.push_back(violation.field);
  }
  return fields;
}

constexpr const char* kKeys = "access_key_id: 'AKID_1' secret_access_key: 's' ";
constexpr const char* kArn = "arn: 'arn:aws:iam::123456789012:role/a/reader'";

struct AwsCase {
  const char* name;
  const char* hosts;
  std::string aws;  // after the keys
  std::vector<std::string> mistakes;
};

class AwsCredential : public testing::TestWithParam<AwsCase> {};

TEST_P(AwsCredential, IsJudged) {
  EXPECT_THAT(Mistakes(GetParam().hosts, kKeys + GetParam().aws),
              ElementsAreArray(GetParam().mistakes));
}

constexpr const char* kIam = "'iam.amazonaws.com'";
constexpr const char* kBoth = "'iam.amazonaws.com', 'sts.us-east-1.amazonaws.com'";

std::string Role(const std::string& rest) { return fmt::format("roles {{ {} }}", rest); }
std::string Chained(const std::string& rest) {
  return fmt::format("role_chain {{ {} }} role_chain {{ {} {} }}", kArn, kArn, rest);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AwsCredential,
    testing::Values(
        AwsCase{"Least", kIam, "", {}}, AwsCase{"SessionToken", kIam, "session_token: 't'", {}},
        AwsCase{"AnyHost", "'h.example'", "region: 'eu-west-1' service: 'execute-api'", {}},
        AwsCase{"HostTellsNothing", "'h.example'", "", {"aws.region"}},
        AwsCase{"HostTellsNoService", "'h.example:81'", "region: 'eu-west-1'", {"aws.service"}},
        AwsCase{"StsHostNeedsNoService",
                "'iam.amazonaws.com', 'sts.local:8080'",
                "sts_url: 'http://sts.local:8080' " + Role(kArn),
                {}},
        AwsCase{"RegionSpelling", kIam, "region: 'EU West'", {"aws.region"}},
        AwsCase{"ServiceSpelling", kIam, "service: 'I/AM'", {"aws.service"}},
        AwsCase{"Roles", kBoth, Role(kArn) + " include_own_account: true", {}},
        AwsCase{"StsNotAllowed", kIam, Role(kArn), {"aws.stsUrl"}},
        AwsCase{"StsOfTheRegion", kBoth, "region: 'eu-west-1' " + Role(kArn), {"aws.stsUrl"}},
        AwsCase{"StsNoUrl", kIam, "sts_url: 'sts'", {"aws.stsUrl"}},
        AwsCase{"StsQuery", kIam, "sts_url: 'https://iam.amazonaws.com/?a'", {"aws.stsUrl"}},
        AwsCase{"NoArn", kBoth, Role(""), {"aws.roles[0].arn"}},
        AwsCase{"UserArn",
                kBoth,
                Role("arn: 'arn:aws:iam::123456789012:user/x'"),
                {"aws.roles[0].arn"}},
        AwsCase{"ShortAccount",
                kBoth,
                Role("arn: 'arn:aws:iam::12345678901:role/x'"),
                {"aws.roles[0].arn"}},
        AwsCase{"NoRoleName",
                kBoth,
                Role("arn: 'arn:aws:iam::123456789012:role/'"),
                {"aws.roles[0].arn"}},
        AwsCase{
            "OtherPartition", kBoth, Role("arn: 'arn:aws-us-gov:iam::123456789012:role/x'"), {}},
        AwsCase{"Twice", kBoth, Role(kArn) + Role(kArn), {"aws.roles[1].arn"}},
        AwsCase{"EveryMistakeOfARole",
                kBoth,
                Role("external_id: 'x' session_name: 'a b' duration { seconds: 899 }"),
                {"aws.roles[0].arn", "aws.roles[0].externalId", "aws.roles[0].sessionName",
                 "aws.roles[0].duration"}},
        AwsCase{"Longest", kBoth, Role(std::string(kArn) + " duration { seconds: 43200 }"), {}},
        AwsCase{"TooLong",
                kBoth,
                Role(std::string(kArn) + " duration { seconds: 43201 }"),
                {"aws.roles[0].duration"}},
        AwsCase{"Fraction",
                kBoth,
                Role(std::string(kArn) + " duration { seconds: 900 nanos: 1 }"),
                {"aws.roles[0].duration"}},
        AwsCase{"ChainedHour", kBoth, Chained("duration { seconds: 3600 }"), {}},
        AwsCase{"ChainedLonger",
                kBoth,
                Chained("duration { seconds: 3601 }"),
                {"aws.roleChain[1].duration"}},
        AwsCase{"RoleAfterAChain",
                kBoth,
                Chained("") + Role(std::string(kArn) + " duration { seconds: 3601 }"),
                {"aws.roles[0].duration"}},
        AwsCase{"OwnAccountAlone", kIam, "include_own_account: true", {"aws.includeOwnAccount"}}),
    [](const auto& row) { return row.param.name; });

TEST(AwsCredentialKeys, AreRequired) {
  EXPECT_THAT(Mistakes(kIam, ""), ElementsAre("aws.accessKeyId", "aws.secretAccessKey"));
  EXPECT_THAT(Mistakes(kIam, "access_key_id: 'a/b' secret_access_key: 's' session_token: 'a\\n'"),
              ElementsAre("aws.accessKeyId", "aws.sessionToken"));
}

TEST(AwsCredentialRoles, AreBounded) {
  std::string roles;
  for (int i = 0; i < 257; ++i) {
    roles += Role(fmt::format("arn: 'arn:aws:iam::123456789012:role/r{}'", i));
    if (i == 255) {
      EXPECT_THAT(Mistakes(kBoth, kKeys + roles), ElementsAre());
    }
  }
  EXPECT_THAT(Mistakes(kBoth, kKeys + roles), ElementsAre("aws.roles"));
  std::string chain;
  for (int i = 0; i < 9; ++i) chain += fmt::format("role_chain {{ {} }} ", kArn);
  EXPECT_THAT(Mistakes(kBoth, kKeys + chain), ElementsAre("aws.roleChain"));
}

}  // namespace
}  // namespace syncline::auth
