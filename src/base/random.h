#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <string>

#include "base/clock.h"

namespace syncline::base {

// The only source of randomness outside cryptography (`secret` draws its own from OpenSSL). Owned
// by the composition root, passed by reference, safe for concurrent use. Tests pass a fixed seed.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t Bits() = 0;
  // Uniform in [0, 1).
  double Fraction();
};

// Mersenne twister behind a lock: jitter and identifiers, never keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Bits() override;

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

// A seed from the operating system, for the composition root.
std::uint64_t SystemSeed();

// RFC 9562 version 7: 48 bits of milliseconds, then random bits, so that ids sort by birth and
// index pages stay warm. Lower-case text of 36 characters.
std::string MakeUuidV7(Time now, Random& random);

}  // namespace syncline::base
