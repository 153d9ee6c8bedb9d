#include "http/socket_gate.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/status.h"

namespace syncline::http {
namespace {

int PortOf(const sockaddr& address) {
  // Both families keep it in the same place.
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

CURLcode SocketGate::Install(CURL* easy) {
  CURLcode worst = CURLE_OK;
  auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code != CURLE_OK) worst = code;
  };
  // Without a text of our own libcurl would read proxies from the environment, which would hide the
  // addresses from the guard.
  set(CURLOPT_PROXY, guard_.proxy().c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_OPENSOCKETFUNCTION, &SocketGate::OnOpenSocket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &SocketGate::OnRequest);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  return worst;
}

curl_socket_t SocketGate::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* const gate = static_cast<SocketGate*>(self);
  const auto ip = IpAddress::FromSocketAddress(address->addr);
  if (!ip.has_value()) return CURL_SOCKET_BAD;
  const absl::Status status = gate->guard_.CheckConnection(gate->url_, *ip, PortOf(address->addr));
  if (!status.ok()) {
    gate->refusal_ = status;
    return CURL_SOCKET_BAD;  // the host's next address, if it has one
  }
  gate->opened_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int SocketGate::OnRequest(void* self, char* peer, char*, int peer_port, int) {
  auto* const gate = static_cast<SocketGate*>(self);
  // An address that cannot be read, one with a zone for example, is none that may be used.
  const auto ip = IpAddress::Parse(peer);
  const absl::Status status =
      ip.has_value() ? gate->guard_.CheckConnection(gate->url_, *ip, peer_port)
                     : base::Error(base::Reason::kAddressNotAllowed,
                                   "The connection leads to an address that cannot be read.",
                                   {{"address", peer}});
  if (status.ok()) return CURL_PREREQFUNC_OK;
  gate->refusal_ = status;
  gate->opened_ = false;
  return CURL_PREREQFUNC_ABORT;
}

}  // namespace syncline::http
