#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/impl/service_type.h"

namespace grpc {
class Server;
}

namespace syncline::api {

// INVALID_ARGUMENT unless the address is of the loopback ("127.0.0.1:7601", "[::1]:7601",
// "localhost:7601") or a Unix socket ("unix:/run/syncline.sock"): the server has no authentication
// of callers, so whoever can connect may do everything.
absl::Status CheckListenAddress(std::string_view address);

struct ServerOptions {
  std::string listen_address;
  bool reflection = false;  // tells every caller the whole contract
};

// The listening gRPC server: services, the standard health service, and the limits that keep one
// client from starving the rest. Owned by the composition root; the services outlive it. SetServing
// and port may be called from any thread.
class Server {
 public:
  static constexpr int kReceiveBytesMax = 4 << 20;  // a definition is the largest request
  static constexpr int kSendBytesMax = 8 << 20;
  static constexpr int kMetadataBytesMax = 16 << 10;
  static constexpr int kConcurrentStreamsMax = 200;  // of one connection
  static constexpr std::chrono::seconds kKeepaliveTime{30};
  static constexpr std::chrono::seconds kKeepaliveTimeout{10};
  static constexpr std::chrono::seconds kPingIntervalMin{20};  // clients are told to use 30 s
  static constexpr std::chrono::minutes kConnectionIdleMax{15};
  static constexpr std::chrono::minutes kConnectionAgeMax{60};
  static constexpr std::chrono::minutes kConnectionAgeGrace{5};

  // Listens, and answers health checks with NOT_SERVING until SetServing(true). INVALID_ARGUMENT as
  // CheckListenAddress; CONFIGURATION_INVALID when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Make(
      const ServerOptions& options, const std::vector<std::unique_ptr<grpc::Service>>& services);
  ~Server();

  // Of a TCP address; what the system chose for port 0.
  int port() const { return port_; }
  // What the health service answers, overall and for each service.
  void SetServing(bool serving);
  // Takes no new call, waits for the running ones until `limit`, then cancels them.
  void Shutdown(std::chrono::milliseconds limit);

 private:
  Server(std::unique_ptr<grpc::Server> server, int port);

  const std::unique_ptr<grpc::Server> server_;
  const int port_;
};

}  // namespace syncline::api
