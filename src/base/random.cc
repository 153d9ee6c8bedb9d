#include "base/random.h"

#include <fmt/format.h>

namespace syncline::base {

double Random::Fraction() {
  // The top 53 bits fill a double's mantissa exactly.
  return static_cast<double>(Bits() >> 11) * 0x1.0p-53;
}

std::uint64_t SeededRandom::Bits() {
  const std::lock_guard lock(mutex_);
  return engine_();
}

std::uint64_t SystemSeed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

std::string MakeUuidV7(Time now, Random& random) {
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  const std::uint64_t high = (milliseconds << 16) | 0x7000U | (random.Bits() & 0x0fffU);
  const std::uint64_t low = 0x8000000000000000U | (random.Bits() >> 2);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffffU,
                     high & 0xffffU, low >> 48, low & 0xffffffffffffU);
}

}  // namespace syncline::base
