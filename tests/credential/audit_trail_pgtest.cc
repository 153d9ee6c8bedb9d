#include <gmock/gmock.h>

#include "base/status.h"
#include "credential/audit_trail.h"
#include "tests/support/migrated_database.h"
#include "tests/support/recording_logger.h"

namespace syncline::credential {
namespace {

using store::Transaction;
using testing::ElementsAre;
using testing::IsEmpty;

class AuditTrailTest : public test::MigratedDatabaseTest {
 protected:
  absl::Status Record(const std::string& resource, const absl::Status& end) {
    return database().RunTransaction([&](Transaction& transaction) -> absl::Status {
      trail_.Restart();
      SYNCLINE_RETURN_IF_ERROR(trail_.Record(
          transaction, "default", v1::AuditEvent::KIND_SECRETS_STORED, resource, "values: a"));
      return end;
    });
  }
  std::vector<std::string> Lines() const { return logger_.lines("audit.event"); }

  test::RecordingLogger logger_;
  AuditTrail trail_{logger_};
};

TEST_F(AuditTrailTest, IsToldWhenItIsTrue) {
  ASSERT_TRUE(Record("first", absl::OkStatus()).ok());
  EXPECT_THAT(Lines(), IsEmpty()) << "the transaction might not have been committed";
  trail_.Tell();
  EXPECT_THAT(Lines(), ElementsAre("audit.event kind=KIND_SECRETS_STORED resource=first "
                                   "detail=values: a"));
  EXPECT_EQ(migrated_->Query("SELECT resource FROM syncline.audit_event"), "first");
}

TEST_F(AuditTrailTest, WhatWasRolledBackNeverWas) {
  ASSERT_FALSE(Record("first", base::Error(base::Reason::kNotFound, "no")).ok());
  ASSERT_TRUE(Record("second", absl::OkStatus()).ok());
  trail_.Tell();
  EXPECT_THAT(Lines(), ElementsAre(testing::HasSubstr("resource=second")));
  EXPECT_EQ(migrated_->Query("SELECT string_agg(resource, ',') FROM syncline.audit_event"),
            "second");
}

TEST(AuditEventLineTest, HoldsKindResourceAndDetail) {
  test::RecordingLogger logger;
  LogAuditEvent(logger, v1::AuditEvent::KIND_CREDENTIAL_CORRUPT, "r", "d");
  EXPECT_THAT(logger.lines("audit.event"),
              ElementsAre("audit.event kind=KIND_CREDENTIAL_CORRUPT resource=r detail=d"));
}

}  // namespace
}  // namespace syncline::credential
