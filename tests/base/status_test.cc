#include "base/status.h"

#include <gtest/gtest.h>

#include <set>

namespace syncline::base {
namespace {

TEST(ReasonTest, NamesAreUniqueAndParseBack) {
  std::set<std::string_view> names;
  for (int i = 0; i < ReasonCount(); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_TRUE(names.insert(ReasonName(reason)).second) << ReasonName(reason);
    EXPECT_EQ(ParseReason(ReasonName(reason)), reason);
    EXPECT_NE(ReasonCode(reason), absl::StatusCode::kOk);
  }
  EXPECT_EQ(ParseReason("NO_SUCH_REASON"), std::nullopt);
}

TEST(StatusTest, ErrorCarriesReasonMessageAndMetadata) {
  const absl::Status status =
      Error(Reason::kPaginationLoop, "page 7 equals page 6", {{"page", "7"}, {"period", "1"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), Reason::kPaginationLoop);
  EXPECT_EQ(MessageOf(status), "page 7 equals page 6");
  EXPECT_EQ(MetadataOf(status), (ErrorMetadata{{"page", "7"}, {"period", "1"}}));
  EXPECT_EQ(RetryAfterOf(status), std::nullopt);
}

TEST(StatusTest, ForeignErrorIsInternal) {
  EXPECT_EQ(ReasonOf(absl::UnknownError("from a library")), Reason::kInternal);
}

TEST(StatusTest, EmptyMetadataValueSurvives) {
  EXPECT_EQ(MetadataOf(Error(Reason::kInternal, "x", {{"a", ""}, {"b", "2"}})),
            (ErrorMetadata{{"a", ""}, {"b", "2"}}));
}

TEST(StatusTest, RetryAfterIsKept) {
  const absl::Status status =
      WithRetryAfter(Error(Reason::kQuotaExceeded, "busy"), std::chrono::milliseconds(1500));
  EXPECT_EQ(RetryAfterOf(status), std::chrono::milliseconds(1500));
  EXPECT_EQ(ReasonOf(status), Reason::kQuotaExceeded);
}

TEST(FieldViolationsTest, AllMistakesAreReportedAtOnce) {
  FieldViolations violations;
  EXPECT_TRUE(violations.ToStatus().ok());
  violations.Add("name", "is empty");
  violations.AddStatus("request", InvalidFields({{"url", "is not absolute"}, {"[2]", "is odd"}}));
  violations.AddStatus("records", Error(Reason::kExpressionInvalid, "expected ]"));
  violations.AddStatus("ignored", absl::OkStatus());
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidArgument);
  EXPECT_EQ(FieldViolationsOf(status),
            (std::vector<FieldViolation>{{"name", "is empty"},
                                         {"request.url", "is not absolute"},
                                         {"request[2]", "is odd"},
                                         {"records", "expected ]"}}));
  EXPECT_EQ(
      MessageOf(status),
      "name: is empty; request.url: is not absolute; request[2]: is odd; records: expected ]");
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return Error(Reason::kInvalidArgument, "odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  SYNCLINE_ASSIGN_OR_RETURN(const int half, Half(value));
  SYNCLINE_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(StatusTest, MacroHandsTheFirstErrorOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(ReasonOf(Quarter(6).status()), Reason::kInvalidArgument);
}

}  // namespace
}  // namespace syncline::base
