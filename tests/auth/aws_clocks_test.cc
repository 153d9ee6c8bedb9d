#include "auth/aws_clocks.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace syncline::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string HttpDate(base::Time time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

http::Response Answer(int status, std::string body, base::Time date) {
  http::Response answer{.status = status, .body = std::move(body)};
  answer.headers.Add("Date", HttpDate(date));
  return answer;
}

struct SkewCase {
  const char* name;
  int status;
  const char* body;
  seconds offset;  // of the vendor's clock
  bool learned;
};

class AwsSkew : public testing::TestWithParam<SkewCase> {};

TEST_P(AwsSkew, IsLearnedWhenItIsTheReason) {
  const test::FakeClock clock;
  AwsClocks clocks(clock);
  const SkewCase& row = GetParam();
  const http::Response answer = Answer(row.status, row.body, clock.Now() + row.offset);
  EXPECT_EQ(clocks.Learn("h", answer), row.learned);
  EXPECT_EQ(clocks.Now("h") - clock.Now(), row.learned ? row.offset : seconds(0));
  EXPECT_EQ(clocks.Now("another") - clock.Now(), seconds(0));
  EXPECT_FALSE(clocks.Learn("h", answer)) << "what is known teaches nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Table, AwsSkew,
    testing::Values(
        SkewCase{"S3", 403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", hours(1), true},
        SkewCase{"Json", 400,
                 R"({"__type":"com.amazon#InvalidSignatureException","message":"expired"})",
                 -hours(2), true},
        SkewCase{"Query", 403,
                 "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>",
                 minutes(20), true},
        SkewCase{"Ec2", 403, "<Response><Errors><Error><Code>AuthFailure</Code>", minutes(5), true},
        SkewCase{"AtTheLeast", 403, "RequestExpired", minutes(4), true},
        SkewCase{"BelowIt", 403, "RequestExpired", minutes(4) - seconds(1), false},
        SkewCase{"AtTheMost", 403, "RequestInTheFuture", hours(24), true},
        SkewCase{"AboveIt", 403, "RequestInTheFuture", hours(24) + seconds(1), false},
        SkewCase{"FarBehind", 403, "RequestExpired", -hours(24) - seconds(1), false},
        SkewCase{"WrongSecret", 403, "SignatureDoesNotMatch", seconds(1), false},
        SkewCase{"AnotherCode", 403, "AccessDenied", hours(1), false},
        SkewCase{"PartOfAWord", 403, "NotRequestExpiredHere", hours(1), false},
        SkewCase{"AnotherStatus", 500, "RequestExpired", hours(1), false},
        SkewCase{"Success", 200, "RequestExpired", hours(1), false}),
    [](const auto& row) { return row.param.name; });

TEST(AwsClocks, TheHeaderOfJsonServicesCounts) {
  const test::FakeClock clock;
  AwsClocks clocks(clock);
  http::Response answer = Answer(403, "{}", clock.Now() + hours(1));
  EXPECT_FALSE(clocks.Learn("h", answer));
  answer.headers.Add("x-amzn-errortype", "InvalidSignatureException:http://internal/");
  EXPECT_TRUE(clocks.Learn("h", answer));
}

TEST(AwsClocks, WithoutADateThereIsNothingToLearn) {
  const test::FakeClock clock;
  AwsClocks clocks(clock);
  http::Response answer{.status = 403, .body = "RequestExpired"};
  EXPECT_FALSE(clocks.Learn("h", answer));
  answer.headers.Add("Date", "yesterday");
  EXPECT_FALSE(clocks.Learn("h", answer));
}

TEST(AwsClocks, ACorrectedClockIsCorrectedAgain) {
  const test::FakeClock clock;
  AwsClocks clocks(clock);
  EXPECT_TRUE(clocks.Learn("h", Answer(403, "RequestExpired", clock.Now() + hours(1))));
  EXPECT_TRUE(clocks.Learn("h", Answer(403, "RequestExpired", clock.Now())));
  EXPECT_EQ(clocks.Now("h"), clock.Now());
}

}  // namespace
}  // namespace syncline::auth
