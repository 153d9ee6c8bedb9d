#include "pull/time_format.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::pull {
namespace {

using std::chrono::milliseconds;

TimeFormat Make(const std::string& text) {
  auto made = TimeFormat::Make(text);
  EXPECT_TRUE(made.ok()) << text << ": " << base::MessageOf(made.status());
  return *std::move(made);
}

// 2023-11-14T22:13:20Z.
constexpr std::int64_t kSecond = 1'700'000'000;

TEST(TimeFormatTest, Reads) {
  struct Row {
    std::string name, format, text;
    std::optional<std::int64_t> milliseconds;
  };
  const std::vector<Row> rows = {
      {"default", "", "2023-11-14T22:13:20Z", kSecond * 1000},
      {"zone", "iso8601", "2023-11-15T00:13:20+02:00", kSecond * 1000},
      {"microseconds go down", "iso8601", "2023-11-14T22:13:20.123987Z", kSecond * 1000 + 123},
      {"blank, no zone", "iso8601", "2023-11-14 22:13:20", kSecond * 1000},
      {"a day", "iso8601", "2023-11-14", 1'699'920'000'000},
      {"before 1970", "iso8601", "1969-12-31T23:59:59.9995Z", -1},
      {"no time", "iso8601", "yesterday", std::nullopt},
      {"no such day", "iso8601", "2023-02-30", std::nullopt},
      {"epoch", "epoch", "1700000000", kSecond * 1000},
      {"epoch with fraction", "epoch", "1700000000.1239", kSecond * 1000 + 123},
      {"epoch with exponent", "epoch", "1.7e9", kSecond * 1000},
      {"epoch below zero", "epoch", "-0.0001", -1},
      {"epoch too far", "epoch", "1e12", std::nullopt},
      {"epoch of text", "epoch", "2023-11-14", std::nullopt},
      {"epoch_ms", "epoch_ms", "1700000000123", kSecond * 1000 + 123},
      {"epoch_ms with fraction", "epoch_ms", "1700000000123.9", kSecond * 1000 + 123},
      {"rfc2822", "rfc2822", "Tue, 14 Nov 2023 22:13:20 +0000", kSecond * 1000},
      {"rfc2822 offset", "rfc2822", "Wed, 15 Nov 2023 00:13:20 +0200", kSecond * 1000},
      {"rfc2822 old zone", "rfc2822", "Tue, 14 Nov 2023 22:13:20 GMT", kSecond * 1000},
      {"rfc2822 short", "rfc2822", "14 Nov 2023 22:13 +0000", (kSecond - 20) * 1000},
      {"pattern", "%d.%m.%Y %H:%M", "14.11.2023 22:13", (kSecond - 20) * 1000},
      {"pattern with zone", "%Y-%m-%d %H:%M:%S %z", "2023-11-15 00:13:20 +0200", kSecond * 1000},
      {"pattern of digits", "%Y%m%d", "20231114", 1'699'920'000'000},
      {"pattern, other text", "%d.%m.%Y", "2023-11-14", std::nullopt},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto read = Make(row.format).Parse(row.text);
    EXPECT_EQ(read.has_value(), row.milliseconds.has_value());
    if (read.has_value() && row.milliseconds.has_value()) {
      EXPECT_EQ(read->count(), *row.milliseconds);
    }
  }
}

TEST(TimeFormatTest, WritesAndKnowsItsSteps) {
  struct Row {
    std::string name, format, written, last_before;
    std::int64_t resolution;
  };
  constexpr std::int64_t kDay = 86'400'000;
  const std::vector<Row> rows = {
      {"default", "", "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:19.123Z", 1'000},
      {"epoch", "epoch", "1700000000", "1700000000", 1'000},
      {"epoch_ms", "epoch_ms", "1700000000123", "1700000000122", 1},
      {"rfc2822", "rfc2822", "Tue, 14 Nov 2023 22:13:20 +0000", "Tue, 14 Nov 2023 22:13:20 +0000",
       1'000},
      {"milliseconds", "%Y-%m-%dT%H:%M:%E3SZ", "2023-11-14T22:13:20.123Z",
       "2023-11-14T22:13:20.122Z", 1},
      {"minutes", "%d.%m.%Y %H:%M", "14.11.2023 22:13", "14.11.2023 22:13", 60'000},
      {"hours", "%Y-%m-%d %H", "2023-11-14 22", "2023-11-14 22", 3'600'000},
      {"days", "%Y-%m-%d", "2023-11-14", "2023-11-14", kDay},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const TimeFormat format = Make(row.format);
    const milliseconds time(kSecond * 1000 + 123);
    EXPECT_EQ(format.Write(time), row.written);
    EXPECT_EQ(format.WriteLastBefore(time), row.last_before);
    EXPECT_EQ(format.resolution().count(), row.resolution);
    // What was written reads as the same instant, but for what is finer than the format.
    const auto back = format.Parse(row.written);
    ASSERT_TRUE(back.has_value());
    EXPECT_LE(*back, time);
    EXPECT_LT(time - *back, milliseconds(row.resolution));
  }
  EXPECT_EQ(Make("").Write(milliseconds(kSecond * 1000)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(Make("").Write(milliseconds::min()), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Make("").Write(milliseconds::max()), "9999-12-31T23:59:59.999Z");
}

TEST(TimeFormatTest, RefusesWhatYieldsNoDay) {
  for (const char* const text : {"yesterday", "%H:%M", "%", "ISO8601"}) {
    EXPECT_FALSE(TimeFormat::Make(text).ok()) << text;
  }
  // "%Y" is read as "%E4Y", which counts.
  const std::string longest =
      "%Y-%m-%d" + std::string(mapping::TimeRules::kFormatBytesMax - 10, '_');
  EXPECT_TRUE(TimeFormat::Make(longest).ok());
  EXPECT_FALSE(TimeFormat::Make(longest + "_").ok());
}

}  // namespace
}  // namespace syncline::pull
