#pragma once

#include <chrono>

#include "base/clock.h"

namespace syncline::http {

// A batch of instants at which requests may go out, one each. One that is not used soon after its
// instant is lost: saved up, they would reach the vendor as a burst. A plain value.
class Slots {
 public:
  static constexpr std::chrono::milliseconds kLateMin{10};  // and no less than the interval

  Slots() = default;
  // `first` may lie before `now`, when the batch was given: such slots can be used at once.
  Slots(base::SteadyTime now, base::SteadyTime first, std::chrono::microseconds interval, int count)
      : given_(now), first_(first), interval_(interval), count_(count) {}

  // Leaves out the slots whose time is over.
  void DropLate(base::SteadyTime now);
  void Use() { ++gone_, ++used_; }

  int left() const { return count_ - gone_; }
  int count() const { return count_; }
  int used() const { return used_; }
  bool all_used() const { return used_ == count_; }
  base::SteadyTime given() const { return given_; }
  // Where the next batch begins when nobody else takes one.
  base::SteadyTime end() const { return first_ + count_ * interval_; }
  // The instant of the slot behind `before` others that are left; beyond the batch, when it
  // would be if the next batch followed at once.
  base::SteadyTime At(int before) const;

 private:
  base::SteadyTime given_{};
  base::SteadyTime first_{};
  std::chrono::microseconds interval_{0};
  int count_ = 0;
  int gone_ = 0;  // used or late
  int used_ = 0;
};

}  // namespace syncline::http
