#include "base/log.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/status.h"

namespace syncline::base {
namespace {

std::string LineOf(LogFormat format, LogLevel level, const std::function<void(Logger&)>& write) {
  testing::internal::CaptureStderr();
  write(*MakeStderrLogger(format, level));
  return testing::internal::GetCapturedStderr();
}

TEST(LoggerTest, JsonLineIsOneDocumentWithEscapedText) {
  const std::string line = LineOf(LogFormat::kJson, LogLevel::kInfo, [](Logger& logger) {
    logger.Info("run.started", {{"run", "a\"b\n\x01"}, {"page", 7}});
  });
  EXPECT_NE(line.find(R"("level":"info","event":"run.started","run":"a\"b\n\u0001","page":7})"),
            std::string::npos)
      << line;
  EXPECT_EQ(line.front(), '{');
  EXPECT_EQ(line.back(), '\n');
}

TEST(LoggerTest, ConsoleLineQuotesWhatHasSpaces) {
  const std::string line = LineOf(LogFormat::kConsole, LogLevel::kInfo, [](Logger& logger) {
    logger.Warning("vendor.slow", {{"url", "https://x"},
                                   {"why", "took long"},
                                   {"error", Error(Reason::kVendorTimeout, "120 s")}});
  });
  EXPECT_NE(line.find(R"(vendor.slow url=https://x why="took long" error="VENDOR_TIMEOUT: 120 s")"),
            std::string::npos)
      << line;
}

TEST(LoggerTest, LinesBelowTheLevelAreDropped) {
  EXPECT_EQ(LineOf(LogFormat::kConsole, LogLevel::kWarning,
                   [](Logger& logger) { logger.Info("run.started"); }),
            "");
}

TEST(LoggerTest, LongValuesAreCut) {
  const std::string line = LineOf(LogFormat::kConsole, LogLevel::kInfo, [](Logger& logger) {
    logger.Info("x", {{"body", std::string(100'000, 'y')}});
  });
  EXPECT_LT(line.size(), 2200U);
}

}  // namespace
}  // namespace syncline::base
