#include "auth/aws_endpoint.h"

#include <gtest/gtest.h>

namespace syncline::auth {
namespace {

struct HostCase {
  const char* host;
  const char* region;  // "" = the host does not tell
  const char* service;
};

TEST(AwsEndpoint, TellsRegionAndService) {
  const HostCase cases[] = {
      {"ec2.eu-west-1.amazonaws.com", "eu-west-1", "ec2"},
      {"iam.amazonaws.com", "us-east-1", "iam"},
      {"sts.amazonaws.com", "us-east-1", "sts"},
      {"sts.eu-central-1.amazonaws.com", "eu-central-1", "sts"},
      {"iam.us-gov.amazonaws.com", "us-gov-west-1", "iam"},
      {"ec2.us-gov-east-1.amazonaws.com", "us-gov-east-1", "ec2"},
      {"iam.cn-north-1.amazonaws.com.cn", "cn-north-1", "iam"},
      {"iam.amazonaws.com.cn", "cn-north-1", "iam"},
      {"s3.amazonaws.com", "us-east-1", "s3"},
      {"s3-eu-west-1.amazonaws.com", "eu-west-1", "s3"},
      {"bucket.s3.amazonaws.com", "us-east-1", "s3"},
      {"my.bucket.s3.ap-southeast-2.amazonaws.com", "ap-southeast-2", "s3"},
      {"bucket.s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1", "s3"},
      {"eu-west-1.s3.us-east-2.amazonaws.com", "us-east-2", "s3"},
      {"x.s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1", "s3"},
      {"abc.execute-api.us-east-2.amazonaws.com", "us-east-2", "execute-api"},
      {"search-x.eu-west-1.es.amazonaws.com", "eu-west-1", "es"},
      {"abc.us-east-1.aoss.amazonaws.com", "us-east-1", "aoss"},
      {"email.us-east-1.amazonaws.com", "us-east-1", "ses"},
      {"ec2-fips.us-east-1.amazonaws.com", "us-east-1", "ec2"},
      {"streams.dynamodb.us-east-1.amazonaws.com", "us-east-1", "dynamodb"},
      {"bedrock-runtime.us-west-2.amazonaws.com", "us-west-2", "bedrock"},
      {"ec2.us-west-2.api.aws", "us-west-2", "ec2"},
      {"abc.lambda-url.eu-west-1.on.aws", "eu-west-1", "lambda"},
      {"eu-west-1.amazonaws.com", "", ""},
      {"amazonaws.com", "", ""},
      {".amazonaws.com", "", ""},
      {"a..amazonaws.com", "", ""},
      {"iam.amazonaws.com.evil.example", "", ""},
      {"127.0.0.1", "", ""},
      {"h.example", "", ""},
  };
  for (const auto& [host, region, service] : cases) {
    const auto scope = AwsScopeOfHost(host);
    const AwsScope expected{region, service};  // empty where the host does not tell
    EXPECT_EQ(scope.value_or(AwsScope{}), expected) << host;
  }
}

TEST(AwsEndpoint, OfTheSecurityTokenService) {
  EXPECT_EQ(AwsStsUrl(""), "https://sts.us-east-1.amazonaws.com");
  EXPECT_EQ(AwsStsUrl("eu-west-1"), "https://sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(AwsStsUrl("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
}

}  // namespace
}  // namespace syncline::auth
