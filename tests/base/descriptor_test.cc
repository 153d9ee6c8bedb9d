#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace syncline::base {
namespace {

bool IsOpen(int descriptor) { return fcntl(descriptor, F_GETFD) >= 0; }

TEST(DescriptorTest, ClosesWhatItOwnsOnce) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    Descriptor first(ends[0]);
    const Descriptor second(std::move(first));
    EXPECT_FALSE(first) << "moved from";
    EXPECT_EQ(second.get(), ends[0]);
    EXPECT_TRUE(IsOpen(ends[0]));
  }
  EXPECT_FALSE(IsOpen(ends[0]));
  Descriptor write_end(ends[1]);
  write_end.Close();
  EXPECT_FALSE(IsOpen(ends[1]));
  write_end.Close();
  EXPECT_FALSE(write_end);
}

TEST(DescriptorTest, AssigningLeavesNeitherOpenTwiceNorForGood) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    Descriptor kept(ends[0]);
    kept = Descriptor(ends[1]);
    EXPECT_EQ(kept.get(), ends[1]);
    EXPECT_FALSE(IsOpen(ends[0]));
    EXPECT_TRUE(IsOpen(ends[1]));
  }
  EXPECT_FALSE(IsOpen(ends[1]));
}

}  // namespace
}  // namespace syncline::base
