#pragma once

#include "absl/status/status.h"

namespace syncline::base {

// Something with threads of its own. The composition root starts services in dependency order and
// stops them in reverse. Both calls come from one thread.
class Service {
 public:
  virtual ~Service() = default;
  // Returns when the service works, or says why it cannot.
  virtual absl::Status Start() = 0;
  // Returns when no thread of the service runs any more. May be called twice, or before Start.
  virtual void Stop() = 0;
};

}  // namespace syncline::base
