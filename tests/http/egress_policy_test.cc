#include "http/egress_policy.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::http {
namespace {

TEST(EgressEntry, SaysWhatIsWrong) {
  for (const char* text :
       {"", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:443x", "vendor:443",
        "127.1:443", "0.0.0.0/0:443", "10.0.0.0/7:443", "[::]/0:*", "10.0.0.1/8:443", "::1:443",
        "[::1:443", "[10.0.0.1]:443", "10.0.0.1 :443"}) {
    const auto entry = EgressEntry::Parse(text);
    EXPECT_EQ(base::ReasonOf(entry.status()), base::Reason::kInvalidArgument) << text;
  }
  EXPECT_EQ(EgressEntry::Parse("10.0.0.0/8:443")->network.prefix, EgressEntry::kPrefixMin);
}

}  // namespace
}  // namespace syncline::http
