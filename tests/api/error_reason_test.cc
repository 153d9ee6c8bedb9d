#include <gtest/gtest.h>

#include <string>

#include "base/reason.h"
#include "syncline/v1/error_reason.pb.h"

namespace syncline::api {
namespace {

// The closed list of reasons stands in two places: the contract and base/reason.h.
TEST(ErrorReasonTest, TheContractListsTheReasonsOfTheServer) {
  const auto* descriptor = v1::ErrorReason_descriptor();
  EXPECT_EQ(descriptor->value_count(), base::ReasonCount() + 1);  // and UNSPECIFIED
  for (int i = 0; i < base::ReasonCount(); ++i) {
    const std::string name =
        "ERROR_REASON_" + std::string(base::ReasonName(static_cast<base::Reason>(i)));
    EXPECT_NE(descriptor->FindValueByName(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace syncline::api
