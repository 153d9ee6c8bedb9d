#pragma once

#include <curl/curl.h>

#include "absl/status/status.h"
#include "http/egress_guard.h"

namespace syncline::http {

// Puts the guard between libcurl and the network for one exchange: libcurl asks it for every socket
// (with the numeric address that it is about to connect) and again when the connection is ready,
// which includes a kept one. Must stay where it is until the handle is reset.
class SocketGate {
 public:
  // Both must outlive the gate.
  SocketGate(const EgressGuard& guard, const Url& url) : guard_(guard), url_(url) {}
  SocketGate(const SocketGate&) = delete;
  SocketGate& operator=(const SocketGate&) = delete;

  CURLcode Install(CURL* easy);
  // Why the exchange could not be: an address was refused, and no other one of the host was there
  // to connect to. OK otherwise.
  absl::Status refusal() const { return opened_ ? absl::OkStatus() : refusal_; }

 private:
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnRequest(void* self, char* peer, char* own, int peer_port, int own_port);

  const EgressGuard& guard_;
  const Url& url_;
  absl::Status refusal_;
  bool opened_ = false;
};

}  // namespace syncline::http
