#include "api/status_details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "fmt/format.h"
#include "syncline/wire/v1/error_details.pb.h"

namespace syncline::api {
namespace {

using base::Reason;

TEST(StatusDetailsTest, EveryReasonSurvivesTheWire) {
  for (int i = 0; i < base::ReasonCount(); ++i) {
    const auto reason = static_cast<Reason>(i);
    const grpc::Status wire = ToGrpcStatus(base::Error(reason, "text"));
    EXPECT_EQ(static_cast<int>(wire.error_code()), static_cast<int>(base::ReasonCode(reason)));
    EXPECT_EQ(base::ReasonOf(FromGrpcStatus(wire)), reason) << base::ReasonName(reason);
  }
}

TEST(StatusDetailsTest, MetadataFieldsAndRetrySurviveTheWire) {
  const absl::Status error =
      base::WithRetryAfter(base::Error(Reason::kRunActive, "busy", {{"run", "a"}, {"since", "b"}}),
                           std::chrono::milliseconds(1'250));
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(error));
  EXPECT_EQ(base::MessageOf(back), "busy");
  EXPECT_EQ(base::MetadataOf(back), base::MetadataOf(error));
  EXPECT_EQ(base::RetryAfterOf(back), std::chrono::milliseconds(1'250));

  const std::vector<base::FieldViolation> violations = {{"a.b", "must be c"},
                                                        {"d", "must not be e"}};
  EXPECT_EQ(base::FieldViolationsOf(FromGrpcStatus(ToGrpcStatus(base::InvalidFields(violations)))),
            violations);
}

TEST(StatusDetailsTest, TheDetailsAreOfGoogleRpc) {
  const grpc::Status wire = ToGrpcStatus(base::InvalidFields({{"name", "is wrong"}}));
  wire::v1::Status status;
  ASSERT_TRUE(status.ParseFromString(wire.error_details()));
  ASSERT_EQ(status.details_size(), 2);
  EXPECT_EQ(status.code(), 3);
  EXPECT_EQ(status.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(status.details(1).type_url(), "type.googleapis.com/google.rpc.BadRequest");
  wire::v1::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(status.details(0).value()));
  EXPECT_EQ(info.domain(), "syncline");
  EXPECT_EQ(info.reason(), "INVALID_ARGUMENT");
}

TEST(StatusDetailsTest, FaultsOfTheServerKeepTheirTextAndMetadataToThemselves) {
  for (const Reason reason : {Reason::kInternal, Reason::kDatabaseUnavailable,
                              Reason::kDatabaseConflict, Reason::kStorageFull}) {
    const grpc::Status wire =
        ToGrpcStatus(base::Error(reason, "SELECT hidden", {{"sqlstate", "hidden"}}));
    EXPECT_EQ(wire.error_message().find("hidden"), std::string::npos);
    EXPECT_EQ(wire.error_details().find("hidden"), std::string::npos);
  }
  const grpc::Status foreign = ToGrpcStatus(absl::UnknownError("SELECT hidden"));
  EXPECT_EQ(foreign.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(foreign.error_message().find("hidden"), std::string::npos);
}

TEST(StatusDetailsTest, AThousandWrongFieldsFitIntoTrailersAndTheRestIsCounted) {
  std::vector<base::FieldViolation> violations;
  for (int i = 0; i < 1'000; ++i) violations.push_back({fmt::format("f{}", i), "is wrong ümlaut"});
  const grpc::Status wire = ToGrpcStatus(base::InvalidFields(violations));
  EXPECT_LE(wire.error_message().size(), 1'024u);
  EXPECT_LE(wire.error_details().size(), 4'500u);  // 6,000 in base64: with the message below 8 KiB
  const auto back = base::FieldViolationsOf(FromGrpcStatus(wire));
  ASSERT_GT(back.size(), 50u);
  EXPECT_EQ(back.back().description,
            fmt::format("and {} more wrong fields", 1'000 - (back.size() - 1)));
}

}  // namespace
}  // namespace syncline::api
