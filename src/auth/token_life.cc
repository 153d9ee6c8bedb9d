#include "auth/token_life.h"

#include <algorithm>

namespace syncline::auth {

using base::Reason;

std::chrono::milliseconds TokenMargin(std::chrono::milliseconds lifetime) {
  return std::min(std::max(kTokenMarginMin, lifetime / 10), lifetime / 2);
}

bool IsProviderTrouble(Reason reason) {
  return reason == Reason::kKeyUnavailable || reason == Reason::kVendorUnreachable ||
         reason == Reason::kVendorTimeout || reason == Reason::kVendorTls ||
         reason == Reason::kVendorError || reason == Reason::kVendorThrottled ||
         reason == Reason::kBodyTruncated;
}

}  // namespace syncline::auth
