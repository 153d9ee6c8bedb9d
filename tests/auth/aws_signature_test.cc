#include "auth/aws_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

AwsKeys Keys(const char* token = "") {
  return {"AKIDEXAMPLE", secret::Secret(kSecret), secret::Secret(token)};
}

base::Time Time(int year, int month, int day, int hour, int minute) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day) + std::chrono::hours(hour) +
         std::chrono::minutes(minute);
}

std::string Header(const http::Request& request, const char* name) {
  return std::string(request.headers.Find(name).value_or("(none)"));
}

// The worked example of AWS's own documentation (iam ListUsers, 2015-08-30).
TEST(AwsSignature, IsThatOfTheDocumentation) {
  http::Request request{
      .url = *http::Url::Parse("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")};
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  SignForAws(&request, Keys(), {"us-east-1", "iam"}, Time(2015, 8, 30, 12, 36));
  EXPECT_EQ(Header(request, "X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(Header(request, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  EXPECT_EQ(Header(request, "X-Amz-Security-Token"), "(none)");
  EXPECT_EQ(Header(request, "X-Amz-Content-Sha256"), "(none)");
}

// The worked example of the S3 documentation (GET object, 2013-05-24).
TEST(AwsSignature, IsThatOfTheS3Documentation) {
  http::Request request{.url =
                            *http::Url::Parse("https://examplebucket.s3.amazonaws.com/test.txt")};
  request.headers.Add("Range", "bytes=0-9");
  AwsKeys keys{
      "AKIAIOSFODNN7EXAMPLE", secret::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}};
  SignForAws(&request, keys, {"us-east-1", "s3"}, Time(2013, 5, 24, 0, 0));
  EXPECT_EQ(Header(request, "X-Amz-Content-Sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_THAT(Header(request, "Authorization"),
              HasSubstr("Signature="
                        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(AwsSignature, SignsTheSessionToken) {
  http::Request request{.url = *http::Url::Parse("https://iam.amazonaws.com/")};
  SignForAws(&request, Keys("token/1=="), {"us-east-1", "iam"}, Time(2015, 8, 30, 12, 36));
  EXPECT_EQ(Header(request, "X-Amz-Security-Token"), "token/1==");
  EXPECT_THAT(Header(request, "Authorization"),
              HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
}

TEST(AwsSignature, CoversTheBodyThePortAndEveryHeader) {
  const auto sign = [](const char* url, const char* body, const char* header) {
    http::Request request{
        .method = http::Method::kPost, .url = *http::Url::Parse(url), .body = body};
    request.headers.Add("X-Header", header);
    SignForAws(&request, Keys(), {"us-east-1", "es"}, Time(2015, 8, 30, 12, 36));
    return Header(request, "Authorization");
  };
  const std::string signature = sign("http://h.example:81/", "body", "x");
  EXPECT_NE(signature, sign("http://h.example:82/", "body", "x"));
  EXPECT_NE(signature, sign("http://h.example:81/", "bodY", "x"));
  EXPECT_NE(signature, sign("http://h.example:81/", "body", "y"));
  EXPECT_EQ(sign("https://h.example:443/", "", "x"), sign("https://h.example/", "", "x"))
      << "the scheme's own port is not in the Host header";
}

TEST(AwsSignature, IsMadeAnewOverAnOldOne) {
  http::Request request{.url = *http::Url::Parse("https://iam.amazonaws.com/")};
  SignForAws(&request, Keys("t"), {"us-east-1", "iam"}, Time(2015, 8, 30, 12, 36));
  const std::string first = Header(request, "Authorization");
  SignForAws(&request, Keys("t"), {"us-east-1", "iam"}, Time(2015, 8, 30, 12, 37));
  EXPECT_NE(Header(request, "Authorization"), first);
  EXPECT_EQ(request.headers.all().size(), 3U);
  SignForAws(&request, Keys("t"), {"us-east-1", "iam"}, Time(2015, 8, 30, 12, 36));
  EXPECT_EQ(Header(request, "Authorization"), first);
  EXPECT_THAT(first, Not(HasSubstr(kSecret)));
}

TEST(AwsTimestamp, IsOfTheSecond) {
  EXPECT_EQ(AwsTimestamp(Time(2024, 2, 29, 23, 59) + std::chrono::milliseconds(59'999)),
            "20240229T235959Z");
}

}  // namespace
}  // namespace syncline::auth
