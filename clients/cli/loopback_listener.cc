#include "cli/loopback_listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/status.h"

namespace syncline::cli {
namespace {

using std::chrono::milliseconds;

// A connection, closed with its scope.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() {
    if (socket_ >= 0) close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int socket() const { return socket_; }

 private:
  const int socket_;
};

bool Readable(int socket, const base::Clock& clock, base::SteadyTime until) {
  const auto left = std::chrono::duration_cast<milliseconds>(until - clock.SteadyNow());
  if (left <= milliseconds(0)) return false;
  pollfd wait{.fd = socket, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, static_cast<int>(std::min(left, milliseconds(60'000)).count())) > 0;
}

// Up to the blank line that ends a request's head; empty when it does not come in time.
std::string ReadHead(int socket, const base::Clock& clock, base::SteadyTime until) {
  std::string head;
  std::array<char, 2'048> buffer{};
  while (head.size() < LoopbackListener::kRequestBytesMax && Readable(socket, clock, until)) {
    const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    head.append(buffer.data(), static_cast<std::size_t>(count));
    if (head.find("\r\n\r\n") != std::string::npos) return head;
  }
  return "";
}

void Answer(int socket, std::string_view status, std::string_view text) {
  const std::string page = fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><title>Syncline</title><p>{}</p>\n", text);
  const std::string answer = fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n\r\n{}",
      status, page.size(), page);
  std::string_view rest = answer;
  while (!rest.empty()) {
    const ssize_t count = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

// "/callback?code=…" of "GET /callback?code=… HTTP/1.1"; empty for another method.
std::string_view TargetOf(std::string_view head) {
  if (!head.starts_with("GET ")) return {};
  head.remove_prefix(4);
  return head.substr(0, head.find(' '));
}

}  // namespace

absl::StatusOr<LoopbackListener> LoopbackListener::Open(int port) {
  LoopbackListener listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener.socket_ < 0 || bind(listener.socket_, generic, size) != 0 ||
      listen(listener.socket_, 8) != 0 || getsockname(listener.socket_, generic, &size) != 0) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("port {} of 127.0.0.1 cannot be listened on: {}; choose another "
                                   "with --port, or use --paste",
                                   port, std::strerror(errno)));
  }
  listener.port_ = ntohs(address.sin_port);
  return listener;
}

LoopbackListener::LoopbackListener(LoopbackListener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), port_(other.port_) {}

LoopbackListener::~LoopbackListener() {
  if (socket_ >= 0) close(socket_);
}

absl::StatusOr<std::string> LoopbackListener::Await(
    std::string_view path, const base::Clock& clock, milliseconds patience,
    const std::function<bool(std::string_view query)>& accept) {
  const base::SteadyTime until = clock.SteadyNow() + patience;
  for (int count = 0; count < kConnectionsMax;) {
    if (!Readable(socket_, clock, until)) {
      if (clock.SteadyNow() < until) continue;
      break;
    }
    const Connection connection(::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.socket() < 0) continue;
    ++count;
    const std::string head =
        ReadHead(connection.socket(), clock, std::min(until, clock.SteadyNow() + kRequestTimeout));
    const std::string_view target = TargetOf(head);
    if (target.substr(0, target.find('?')) != path) {
      Answer(connection.socket(), "404 Not Found", "There is nothing here.");
      continue;
    }
    const std::size_t mark = target.find('?');
    const std::string query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
    if (!accept(query)) {
      Answer(connection.socket(), "400 Bad Request",
             "This belongs to another consent. Open the address that the command printed.");
      continue;
    }
    Answer(connection.socket(), "200 OK", "Thank you. Syncline goes on in the terminal.");
    return query;
  }
  return base::Error(base::Reason::kDeadlineExceeded,
                     "nobody came back from the provider in time; begin anew");
}

}  // namespace syncline::cli
