#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::api {

// google.aip.dev/154: a request that carries an etag means the resource as its sender last read it.
// ETAG_MISMATCH. Call with the row locked.
inline absl::Status CheckEtag(const std::string& given, const std::string& current,
                              const std::string& name) {
  if (given.empty() || given == current) return absl::OkStatus();
  return base::Error(base::Reason::kEtagMismatch,
                     fmt::format("{} changed since it was read; read it again, then retry", name),
                     {{"name", name}, {"etag", current}});
}

}  // namespace syncline::api
