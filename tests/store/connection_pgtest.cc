#include <gmock/gmock.h>

#include <thread>

#include "base/status.h"
#include "store/connection.h"
#include "store/pg_error.h"
#include "store/wire_format.h"
#include "tests/support/test_database.h"

namespace syncline::store {
namespace {

using base::Reason;
using std::chrono::milliseconds;

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::TestDatabase::Available()) GTEST_SKIP() << test::TestDatabase::kUnavailable;
    database_.emplace();
    connection_ = Open({});
  }
  std::unique_ptr<Connection> Open(const SessionOptions& options) {
    auto opened = Connection::Open(database_->url(), options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  Result Run(std::string_view sql, const Parameters& parameters = {}) {
    auto result = connection_->Execute(sql, parameters);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : Result();
  }

  std::optional<test::TestDatabase> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(ConnectionTest, ValuesComeBackAsTheyWent) {
  const base::Time time{std::chrono::microseconds(1'791'000'000'123'456)};
  const base::Hash128 hash{0x0123456789abcdef, 0xfedcba9876543210};
  const Result result =
      Run("SELECT $1::text, $2, $3, $4, $5, $6, $7, $8, $9::text, $10, $11, $12, 7::int2, -8::int4",
          Parameters()
              .Text("Grüße \"x\"")
              .Json(R"({"a": "1.10"})")
              .Bytes(std::string_view("\0\1\377", 3))
              .Int64(-9'223'372'036'854'775'807)
              .Bool(true)
              .Time(time)
              .Hash(hash)
              .Uuid("01234567-89AB-cdef-fedc-ba9876543210")
              .Null()
              .TextArray({"a", "", "b,c"})
              .Int64Array({1, -2})
              .HashArray({}));
  ASSERT_EQ(result.size(), 1);
  EXPECT_EQ(result.Text(0, 0), "Grüße \"x\"");
  EXPECT_EQ(result.Text(0, 1), R"({"a": "1.10"})");
  EXPECT_EQ(result.Text(0, 2), std::string_view("\0\1\377", 3));
  EXPECT_EQ(result.Int64(0, 3), -9'223'372'036'854'775'807);
  EXPECT_TRUE(result.Bool(0, 4));
  EXPECT_EQ(result.Time(0, 5), time);
  EXPECT_EQ(result.Hash(0, 6), hash);
  EXPECT_EQ(result.Uuid(0, 7), "01234567-89ab-cdef-fedc-ba9876543210");
  EXPECT_EQ(result.Hash(0, 7), hash);
  EXPECT_EQ(result.OptionalText(0, 8), std::nullopt);
  EXPECT_EQ(result.Int64(0, 12), 7);
  EXPECT_EQ(result.Int64(0, 13), -8);
  const Result arrays =
      Run("SELECT array_to_string($1, '|'), ($2)[2], cardinality($3)",
          Parameters().TextArray({"a", "", "b,c"}).Int64Array({1, -2}).HashArray({}));
  EXPECT_EQ(arrays.Text(0, 0), "a||b,c");
  EXPECT_EQ(arrays.Int64(0, 1), -2);
  EXPECT_EQ(arrays.Int64(0, 2), 0);
}

TEST_F(ConnectionTest, TimesAtTheEndsAreCutNotWrapped) {
  const Result result =
      Run("SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, '1600-01-01'::timestamptz");
  EXPECT_GT(result.Time(0, 0), base::Time(std::chrono::hours(24 * 365 * 200)));
  EXPECT_LT(result.Time(0, 1), base::Time());
  EXPECT_LT(result.Time(0, 2), base::Time());
}

TEST_F(ConnectionTest, SessionSettingsAreApplied) {
  const std::pair<const char*, const char*> settings[] = {
      {"application_name", "synclined"},
      {"statement_timeout", "30s"},
      {"lock_timeout", "5s"},
      {"idle_in_transaction_session_timeout", "10s"},
      {"TimeZone", "UTC"},
      {"client_connection_check_interval", "5s"},
      {"jit", "off"},
      {"default_transaction_isolation", "read committed"}};
  for (const auto& [name, value] : settings) {
    EXPECT_EQ(Run("SELECT current_setting($1)", Parameters().Text(name)).Text(0, 0), value) << name;
  }
}

TEST_F(ConnectionTest, ErrorsHaveReasonsAndHoldNoValues) {
  ASSERT_TRUE(connection_
                  ->ExecuteScript("CREATE TABLE public.t (k text PRIMARY KEY, n bigint NOT NULL, c "
                                  "text CHECK (c <> 'hunter2'));"
                                  "INSERT INTO public.t VALUES ('hunter2', 1)")
                  .ok());
  struct Case {
    const char* name;
    const char* sql;
    Reason reason;
    const char* state;
  };
  const Case cases[] = {
      {"unique", "INSERT INTO t VALUES ('hunter2', 1)", Reason::kUniqueViolation, "23505"},
      {"null", "INSERT INTO t VALUES ('hunter2x', NULL)", Reason::kRequiredFieldEmpty, "23502"},
      {"check", "INSERT INTO t VALUES ('x', 1, 'hunter2')", Reason::kInternal, "23514"},
      {"table", "SELECT * FROM nowhere", Reason::kSchemaDrift, "42P01"},
      {"column", "SELECT nothing FROM t", Reason::kSchemaDrift, "42703"},
      {"conversion", "SELECT text 'hunter2'::bigint", Reason::kConversionFailed, "22P02"},
      {"nul in json", "SELECT jsonb '\"hunter2\\u0000\"'", Reason::kTextInvalid, "22P05"},
      {"syntax", "SELEKT 'hunter2'", Reason::kInternal, "42601"},
      {"cancelled", "SET statement_timeout = 5; SELECT pg_sleep(10)", Reason::kDatabaseUnavailable,
       "57014"},
  };
  for (const Case& test : cases) {
    const absl::Status status = connection_->ExecuteScript(test.sql);
    ASSERT_FALSE(status.ok()) << test.name;
    EXPECT_EQ(base::ReasonOf(status), test.reason) << test.name << ": " << status;
    EXPECT_EQ(SqlStateOf(status), test.state) << test.name;
    EXPECT_EQ(status.ToString().find("hunter2"), std::string::npos) << test.name << ": " << status;
  }
  EXPECT_FALSE(connection_->broken());
  const absl::Status unique = connection_->ExecuteScript("INSERT INTO t VALUES ('hunter2', 1)");
  EXPECT_EQ(base::MetadataOf(unique)["constraint"], "t_pkey");
  EXPECT_EQ(base::MetadataOf(unique)["table"], "t");
}

TEST_F(ConnectionTest, TextWithNulIsRefusedNotCut) {
  const auto result =
      connection_->Execute("SELECT $1::text", Parameters().Text(std::string_view("a\0b", 3)));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(base::ReasonOf(result.status()), Reason::kTextInvalid);
}

TEST_F(ConnectionTest, PreparedStatementsAreBounded) {
  for (int i = 0; i < static_cast<int>(Connection::kPreparedMax) + 20; ++i) {
    EXPECT_EQ(Run("SELECT " + std::to_string(i) + "::bigint").Int64(0, 0), i);
  }
  EXPECT_LE(Run("SELECT count(*) FROM pg_prepared_statements").Int64(0, 0),
            static_cast<std::int64_t>(Connection::kPreparedMax));
}

TEST_F(ConnectionTest, SameTextWithOtherTypesIsAnotherStatement) {
  EXPECT_EQ(Run("SELECT pg_typeof($1)::text", Parameters().Int64(1)).Text(0, 0), "bigint");
  EXPECT_EQ(Run("SELECT pg_typeof($1)::text", Parameters().Bool(true)).Text(0, 0), "boolean");
}

TEST_F(ConnectionTest, AlteredTableIsAConflictThatARepetitionCures) {
  ASSERT_TRUE(
      connection_->ExecuteScript("CREATE TABLE a (x bigint); INSERT INTO a VALUES (1)").ok());
  Run("SELECT * FROM a");
  ASSERT_TRUE(connection_->ExecuteScript("ALTER TABLE a ADD COLUMN y bigint").ok());
  const auto first = connection_->Execute("SELECT * FROM a");
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(base::ReasonOf(first.status()), Reason::kDatabaseConflict);
  EXPECT_EQ(Run("SELECT * FROM a").size(), 1);
}

TEST_F(ConnectionTest, CopyBinaryLoadsAndReportsErrors) {
  ASSERT_TRUE(connection_->ExecuteScript("CREATE TABLE c (id bigint PRIMARY KEY, word text)").ok());
  constexpr int kRows = 50'000;  // several pieces
  std::string tuples;
  for (int i = 0; i < kRows; ++i) {
    AppendInt16(tuples, 2);
    AppendInt32(tuples, 8);
    AppendInt64(tuples, i);
    if (i % 2 == 0) {
      AppendInt32(tuples, -1);
    } else {
      AppendInt32(tuples, 5);
      tuples += "hello";
    }
  }
  constexpr std::string_view kCopy = "COPY c (id, word) FROM STDIN (FORMAT binary)";
  const auto copied = connection_->CopyBinary(kCopy, tuples);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, kRows);
  const Result counts = Run("SELECT count(*), count(word) FROM c");
  EXPECT_EQ(counts.Int64(0, 0), kRows);
  EXPECT_EQ(counts.Int64(0, 1), kRows / 2);

  const auto again = connection_->CopyBinary(kCopy, tuples);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(base::ReasonOf(again.status()), Reason::kUniqueViolation);
  EXPECT_FALSE(connection_->CopyBinary("SELECT 1", tuples).ok());
  EXPECT_EQ(base::ReasonOf(
                connection_->CopyBinary("COPY nowhere FROM STDIN (FORMAT binary)", "").status()),
            Reason::kSchemaDrift);
  EXPECT_EQ(Run("SELECT count(*) FROM c").Int64(0, 0), kRows) << "usable after errors";
}

TEST_F(ConnectionTest, CallWithoutAnswerIsGivenUp) {
  const auto impatient = Open({.call_timeout = milliseconds(100)});
  const auto result = impatient->Execute("SELECT pg_sleep(20)");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(base::ReasonOf(result.status()), Reason::kDatabaseUnavailable);
  EXPECT_TRUE(base::RetryAfterOf(result.status()).has_value());
  EXPECT_TRUE(impatient->broken());
  EXPECT_EQ(base::ReasonOf(impatient->Execute("SELECT 1").status()), Reason::kDatabaseUnavailable);
}

TEST_F(ConnectionTest, EndedSessionIsBrokenAndNeverReconnects) {
  const std::int64_t pid = Run("SELECT pg_backend_pid()").Int64(0, 0);
  EXPECT_TRUE(connection_->ReadyForUse());
  database_->Query("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
  const auto result = connection_->Execute("SELECT 1");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(base::ReasonOf(result.status()), Reason::kDatabaseUnavailable);
  EXPECT_TRUE(connection_->broken());
  EXPECT_FALSE(connection_->ReadyForUse());
}

TEST_F(ConnectionTest, OpenErrorsNameTheCauseButNoPassword) {
  struct Case {
    const char* name;
    std::string url;
    Reason reason;
  };
  const Case cases[] = {
      {"syntax", "postgresql://u:hunter2@h:notaport:x/%zz", Reason::kConfigurationInvalid},
      {"no socket", "host=/nonexistent password=hunter2 dbname=x", Reason::kDatabaseUnavailable},
      {"no database", database_->url() + "_absent password=hunter2", Reason::kDatabaseUnavailable},
  };
  for (const Case& test : cases) {
    const auto opened = Connection::Open(test.url, {});
    ASSERT_FALSE(opened.ok()) << test.name;
    EXPECT_EQ(base::ReasonOf(opened.status()), test.reason) << test.name << opened.status();
    EXPECT_EQ(opened.status().ToString().find("hunter2"), std::string::npos) << opened.status();
  }
}

TEST_F(ConnectionTest, NotificationsArriveAndWaitingEnds) {
  ASSERT_TRUE(connection_->ExecuteScript("LISTEN tick").ok());
  const auto none = connection_->WaitForNotifications(milliseconds(1), {});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
  database_->Query("NOTIFY tick, 'payload'");
  const auto one = connection_->WaitForNotifications(milliseconds(10'000), {});
  ASSERT_TRUE(one.ok() && one->size() == 1);
  EXPECT_EQ(one->front().channel, "tick");
  EXPECT_EQ(one->front().payload, "payload");
  std::stop_source stop;
  std::jthread stopper([&stop] { stop.request_stop(); });
  const auto stopped = connection_->WaitForNotifications(milliseconds(60'000), stop.get_token());
  EXPECT_TRUE(stopped.ok() && stopped->empty());
}

}  // namespace
}  // namespace syncline::store
