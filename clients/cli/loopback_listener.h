#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace syncline::cli {

// The smallest HTTP server that a consent needs (RFC 8252 7.3): on 127.0.0.1 alone, one connection
// at a time, for one answer. One thread.
class LoopbackListener {
 public:
  static constexpr int kConnectionsMax = 64;               // other programs may knock, too
  static constexpr std::size_t kRequestBytesMax = 16'384;  // of a request's head
  static constexpr std::chrono::seconds kRequestTimeout{5};

  // Port 0: any that is free. INVALID_ARGUMENT when the port cannot be had.
  static absl::StatusOr<LoopbackListener> Open(int port);
  LoopbackListener(LoopbackListener&& other) noexcept;
  LoopbackListener& operator=(LoopbackListener&&) = delete;
  ~LoopbackListener();

  int port() const { return port_; }

  // The query of the first `GET path?query` that `accept` takes; it gets a page that says so,
  // others get 400 or 404. DEADLINE_EXCEEDED after `patience` or kConnectionsMax connections.
  absl::StatusOr<std::string> Await(std::string_view path, const base::Clock& clock,
                                    std::chrono::milliseconds patience,
                                    const std::function<bool(std::string_view query)>& accept);

 private:
  LoopbackListener(int socket, int port) : socket_(socket), port_(port) {}

  int socket_;
  int port_;
};

}  // namespace syncline::cli
