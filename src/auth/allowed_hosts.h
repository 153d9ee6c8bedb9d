#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "http/message.h"

namespace syncline::auth {

// The hosts that a credential may be sent to: exact names or addresses, with or without a port.
// Immutable, safe for concurrent use.
class AllowedHosts {
 public:
  static constexpr int kCountMax = 64;

  AllowedHosts() = default;  // none
  // INVALID_ARGUMENT names each entry that is no host, as "[2]".
  static absl::StatusOr<AllowedHosts> Make(const std::vector<std::string>& entries);

  bool Contains(const http::Url& url) const;
  // HOST_NOT_ALLOWED names the host and what is allowed.
  absl::Status Check(const http::Url& url) const;

 private:
  struct Entry {
    std::string host;
    int port = 0;  // 0 = any
  };
  std::vector<Entry> entries_;
  std::string text_;  // the entries as given, for messages
};

// What is wrong with one entry, or "".
std::string AllowedHostMistake(std::string_view entry);

}  // namespace syncline::auth
