#pragma once

#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "secret/secret.h"

namespace syncline::credential {

// Unwrapped data keys for a while, so that a key service is not asked for every run and its
// absence is outlived. Bounded in count and in time, by the steady clock; the oldest go first.
// Safe for concurrent use.
class DataKeyCache {
 public:
  static constexpr std::size_t kCountMax = 1'000;
  static constexpr std::chrono::minutes kLifetime{5};

  explicit DataKeyCache(const base::Clock& clock) : clock_(clock) {}

  // `place` names what was unwrapped: wrapped bytes and context.
  std::optional<secret::Secret> Find(const std::string& place);
  void Put(const std::string& place, const secret::Secret& data_key);
  std::size_t size() const;

 private:
  struct Entry {
    std::string place;
    secret::Secret data_key;
    base::SteadyTime until;
  };
  void DropOld();

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the oldest first: all live equally long
  std::map<std::string, std::list<Entry>::iterator> by_place_;
};

}  // namespace syncline::credential
