#include "mapping/time_rules.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::mapping {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

TimeRules Rules(const std::string& format = "", const std::string& zone = "") {
  auto rules = TimeRules::Make(format, zone);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return *rules;
}

TEST(TimeRulesTest, InstantsOfTexts) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> microseconds;
  } kRows[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-11-23T19:30:32.123456789Z", 1'795'462'232'123'456},
      {"2026-11-23t19:30:32z", 1'795'462'232 * kSecond},
      {"2026-11-23 19:30:32+02:00", 1'795'455'032 * kSecond},
      {"2026-11-23T19:30:32 -0530", 1'795'482'032 * kSecond},
      {"2026-11-23T19:30+02", 1'795'455'000 * kSecond},
      {"2026-11-23T19:30:32", 1'795'462'232 * kSecond},
      {"2026-11-23", 1'795'392'000 * kSecond},
      {"1969-12-31T23:59:59.5Z", -kSecond / 2},
      {"2016-12-31T23:59:60Z", 1'483'228'800 * kSecond},
      {"0001-01-01T00:00:00Z", -62'135'596'800 * kSecond},
      {"9999-12-31T23:59:59Z", 253'402'300'799 * kSecond},
      {"9999-12-31T23:59:59-01:00", std::nullopt},
      {"0000-00-00 00:00:00", std::nullopt},
      {"2026-02-30T00:00:00Z", std::nullopt},
      {"2026-13-01", std::nullopt},
      {"2026-11-23T24:00:00Z", std::nullopt},
      {"2026-11-23T19:30:32.Z", std::nullopt},
      {"2026-11-23T19:30:32ZZ", std::nullopt},
      {"2026-11-23T19:30:32+25:00", std::nullopt},
      {"23/11/2026", std::nullopt},
      {"2026-11", std::nullopt},
      {"yesterday", std::nullopt},
      {"", std::nullopt},
  };
  const TimeRules rules = Rules();
  for (const auto& row : kRows)
    EXPECT_EQ(rules.ParseInstant(row.text), row.microseconds) << row.text;
}

TEST(TimeRulesTest, ZoneAppliesOnlyToTextsWithout) {
  const TimeRules vienna = Rules("", "Europe/Vienna");
  EXPECT_EQ(vienna.ParseInstant("2026-07-01T12:00:00"),
            Rules().ParseInstant("2026-07-01T10:00:00Z"));
  EXPECT_EQ(vienna.ParseInstant("2026-01-01T12:00:00"),
            Rules().ParseInstant("2026-01-01T11:00:00Z"));
  EXPECT_EQ(vienna.ParseInstant("2026-07-01T12:00:00Z"),
            Rules().ParseInstant("2026-07-01T12:00:00Z"));
  EXPECT_EQ(vienna.ParseInstant("2026-07-01"), Rules().ParseInstant("2026-06-30T22:00:00Z"));
}

TEST(TimeRulesTest, UnixSecondsAndMilliseconds) {
  const struct {
    std::string_view number;
    std::optional<std::int64_t> microseconds;
  } kRows[] = {
      {"0", 0},
      {"-1", -kSecond},
      {"1700000000", 1'700'000'000 * kSecond},
      {"1.7e9", 1'700'000'000 * kSecond},
      {"1700000000.1234567", 1'700'000'000'123'456},
      {"-1.5", -1'500'000},
      {"-0.0000001", -1},
      {"99999999999", 99'999'999'999 * kSecond},
      {"1700000000123", 1'700'000'000'123'000},
      {"1700000000123.456", 1'700'000'000'123'456},
      {"-1700000000123", -1'700'000'000'123'000},
      {"100000000000000", std::nullopt},
      {"1e400", std::nullopt},
      {"abc", std::nullopt},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Rules().InstantOfNumber(row.number), row.microseconds) << row.number;
  }
}

TEST(TimeRulesTest, Days) {
  EXPECT_EQ(Rules().ParseDay("1970-01-02"), 1);
  EXPECT_EQ(Rules().ParseDay("1969-12-31"), -1);
  EXPECT_EQ(Rules().ParseDay("2026-01-02T23:30:00-05:00"), Rules().ParseDay("2026-01-02"));
  EXPECT_EQ(Rules().ParseDay("2026-02-29"), std::nullopt);
  EXPECT_EQ(Rules().DayOfNumber("86399"), 0);
  EXPECT_EQ(Rules("", "Europe/Vienna").DayOfNumber("86399"), 1);
}

TEST(TimeRulesTest, CustomFormats) {
  EXPECT_EQ(Rules("%d/%m/%Y").ParseDay("23/11/2026"), Rules().ParseDay("2026-11-23"));
  EXPECT_EQ(Rules("%d.%m.%Y %H:%M", "Europe/Vienna").ParseInstant("01.07.2026 12:00"),
            Rules().ParseInstant("2026-07-01T10:00:00Z"));
  EXPECT_EQ(Rules("%Y%m%d").ParseDay("20261123"), Rules().ParseDay("2026-11-23"));
  EXPECT_EQ(Rules("%d/%m/%Y").ParseDay("2026-11-23"), std::nullopt);
  EXPECT_EQ(Rules("%d/%m/%Y").ParseInstant("31/02/2026"), std::nullopt);
}

TEST(TimeRulesTest, MistakesAreNamed) {
  const struct {
    std::string format, zone, field;
  } kRows[] = {
      {"%H:%M", "", "timeFormat"},       {"no specifier", "", "timeFormat"},
      {"%Q", "", "timeFormat"},          {"", "Mars/Olympus", "timeZone"},
      {"", "../etc/passwd", "timeZone"}, {"", "/etc/passwd", "timeZone"},
  };
  for (const auto& row : kRows) {
    const auto rules = TimeRules::Make(row.format, row.zone);
    const auto violations = base::FieldViolationsOf(rules.status());
    ASSERT_EQ(violations.size(), 1) << row.format << row.zone;
    EXPECT_EQ(violations[0].field, row.field);
  }
}

}  // namespace
}  // namespace syncline::mapping
