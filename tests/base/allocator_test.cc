#include "base/allocator.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <vector>

namespace syncline::base {
namespace {

long PageFaults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// What a page of records takes, again and again.
void UseMegabytes() {
  for (int i = 0; i < 50; ++i) {
    std::vector<char> buffer(kFreeBytesKept / 4);
    for (std::size_t at = 0; at < buffer.size(); at += 4'096) buffer[at] = 1;
  }
}

TEST(AllocatorTest, MemoryOfAPageIsUsedAgain) {
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: another allocator";
#endif
  KeepFreedMemory();
  UseMegabytes();
  const long before = PageFaults();
  UseMegabytes();
  EXPECT_LT(PageFaults() - before, 1'000) << "of 51,200 pages that are touched";
}

}  // namespace
}  // namespace syncline::base
