#include "http/slots.h"

#include <algorithm>

namespace syncline::http {

base::SteadyTime Slots::At(int before) const {
  return std::max(first_ + (gone_ + before) * interval_, given_);
}

void Slots::DropLate(base::SteadyTime now) {
  const auto late = std::max<std::chrono::nanoseconds>(interval_, kLateMin);
  while (left() > 0 && At(0) + late < now) ++gone_;
}

}  // namespace syncline::http
