#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "secret/secret.h"

namespace syncline::auth {

// The secrets of one sign-in: what the credential holds, and what was obtained with it. Texts of
// vendors and providers pass through Scrub before anybody sees them (I5). Safe for concurrent use:
// rejects of a page are scrubbed while the next one is signed.
class KnownSecrets {
 public:
  static constexpr std::size_t kObtainedMax = 16;

  // One of the credential; an empty one is none.
  void Add(const secret::Secret& secret);
  // A token, an assertion: the newest kObtainedMax are known.
  void AddObtained(const secret::Secret& secret);
  // `text`, or a remark in its place when it repeats one of them in any form that is sent.
  std::string Scrub(std::string text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<secret::Secret> kept_;
  std::deque<secret::Secret> obtained_;
};

}  // namespace syncline::auth
