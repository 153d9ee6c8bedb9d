#include "api/server.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "grpc/support/time.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"

namespace syncline::api {
namespace {

using std::chrono::milliseconds;

// Linking gRPC's reflection library registers its plugin for every server of the process; this
// option decides for one server alone.
class ReflectionOption final : public grpc::ServerBuilderOption {
 public:
  explicit ReflectionOption(bool wanted) : wanted_(wanted) {}

  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins,
                  [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
    if (wanted_) {
      plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
    }
  }

 private:
  const bool wanted_;
};

int Milliseconds(milliseconds duration) { return static_cast<int>(duration.count()); }

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(Server::kReceiveBytesMax);
  builder.SetMaxSendMessageSize(Server::kSendBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, Server::kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, Server::kConcurrentStreamsMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(Server::kKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             Milliseconds(Server::kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(Server::kPingIntervalMin));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             Milliseconds(Server::kConnectionIdleMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             Milliseconds(Server::kConnectionAgeMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(Server::kConnectionAgeGrace));
  // Two servers on one port would share its connections by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Make(
    const ServerOptions& options, const std::vector<std::unique_ptr<grpc::Service>>& services) {
  SYNCLINE_RETURN_IF_ERROR(CheckListenAddress(options.listen_address));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.SetOption(std::make_unique<ReflectionOption>(options.reflection));
  int port = 0;
  builder.AddListeningPort(options.listen_address, grpc::InsecureServerCredentials(), &port);
  for (const auto& service : services) builder.RegisterService(service.get());
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return base::Error(base::Reason::kConfigurationInvalid,
                       fmt::format("cannot listen on {}: the address is in use or may not be bound",
                                   options.listen_address),
                       {{"address", options.listen_address}});
  }
  std::unique_ptr<Server> result(new Server(std::move(server), port));
  result->SetServing(false);
  return result;
}

Server::Server(std::unique_ptr<grpc::Server> server, int port)
    : server_(std::move(server)), port_(port) {}

Server::~Server() { Shutdown(milliseconds(0)); }

void Server::SetServing(bool serving) {
  if (auto* health = server_->GetHealthCheckService(); health != nullptr) {
    health->SetServingStatus(serving);
  }
}

void Server::Shutdown(milliseconds limit) {
  // On gRPC's own clock: this is a wait, not an instant for people.
  server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                 gpr_time_from_millis(limit.count(), GPR_TIMESPAN)));
  server_->Wait();
}

}  // namespace syncline::api
