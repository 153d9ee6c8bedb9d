#include "app/process.h"

#include <signal.h>

#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace syncline::app {
namespace {

using std::chrono::milliseconds;

ProcessSpec Shell(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}, .environment = {"GREETING=hello"}};
}

TEST(ProcessTest, RunsToItsEndWithOutputAndExitCode) {
  std::string output;
  const absl::StatusOr<int> code =
      RunToEnd(Shell("echo $GREETING; echo oops >&2; exit 7"), milliseconds(10'000), output);
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_EQ(*code, 7);
  EXPECT_EQ(output, "hello\noops\n");
}

TEST(ProcessTest, InheritsNothingButWhatIsGiven) {
  std::string output;
  // The shell itself adds PWD and the like; what matters is that none of ours is there.
  ASSERT_TRUE(RunToEnd(Shell("echo \"${HOME-none} ${PATH+path}\"; ls /proc/$$/fd"),
                       milliseconds(10'000), output)
                  .ok());
  EXPECT_THAT(output, testing::StartsWith("none "));
  EXPECT_THAT(output, testing::HasSubstr("0\n1\n2\n"));
}

TEST(ProcessTest, ABoundOnTimeKills) {
  std::string output;
  const absl::StatusOr<int> code = RunToEnd(Shell("exec sleep 60"), milliseconds(50), output);
  EXPECT_EQ(base::ReasonOf(code.status()), base::Reason::kDeadlineExceeded);
}

TEST(ProcessTest, OutputIsBounded) {
  std::string output;
  const absl::StatusOr<int> code =
      RunToEnd(Shell("head -c 1000000 /dev/zero | tr '\\0' x"), milliseconds(10'000), output);
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_GE(output.size(), kOutputMax);
  EXPECT_LT(output.size(), kOutputMax + 8192);
}

TEST(ProcessTest, WhatCannotRunSaysWhy) {
  const absl::StatusOr<pid_t> child = Spawn({.arguments = {"/nonexistent/program"}});
  EXPECT_EQ(base::ReasonOf(child.status()), base::Reason::kConfigurationInvalid);
  EXPECT_THAT(base::MessageOf(child.status()), testing::HasSubstr("No such file"));
}

TEST(ProcessTest, AHandleWaitsAndSignals) {
  const absl::StatusOr<pid_t> child = Spawn(Shell("exec sleep 60"));
  ASSERT_TRUE(child.ok()) << child.status();
  const absl::StatusOr<ProcessHandle> handle = ProcessHandle::Open(*child);
  ASSERT_TRUE(handle.ok()) << handle.status();
  EXPECT_FALSE(handle->WaitForExit(milliseconds(0)));
  handle->Signal(SIGTERM);
  EXPECT_TRUE(handle->WaitForExit(milliseconds(10'000)));
  EXPECT_EQ(base::ReasonOf(ProcessHandle::Open(*child).status()), base::Reason::kNotFound);
}

}  // namespace
}  // namespace syncline::app
