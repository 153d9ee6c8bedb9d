#include "app/api_role.h"

#include <utility>

#include "api/run_handler.h"
#include "api/services.h"
#include "base/status.h"
#include "fmt/format.h"
#include "http/curl_transport.h"

namespace syncline::app {
namespace {

// The address as clients dial it: a port that was left to the system is filled in.
std::string Dialled(const std::string& address, int port) {
  if (address.starts_with("unix:")) return address;
  return fmt::format("{}:{}", address.substr(0, address.rfind(':')), port);
}

// No vendor stands where this server listens. `address` as Dialled.
void KeepFromVendors(const std::string& address, int port, http::EgressGuard& guard) {
  const std::string host = address.substr(0, address.rfind(':'));
  for (const char* of_name : {"127.0.0.1", "::1"}) {
    if (host == "localhost") guard.AddOwn(http::IpAddress::Parse(of_name).value(), port);
  }
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const auto ip = http::IpAddress::Parse(bracketed ? host.substr(1, host.size() - 2) : host);
  if (ip.has_value()) guard.AddOwn(*ip, port);
}

}  // namespace

ApiRole::ApiRole(const Config& config, Foundation& foundation, std::function<void()> on_run_queued)
    : config_(config),
      egress_guard_(foundation.egress_guard),
      workers_(kWorkerCount, kQueuedCallsMax),
      waiting_workers_(kWaitingWorkerCount, kQueuedWaitingCallsMax),
      calls_{.workers = workers_,
             .waiting_workers = waiting_workers_,
             .logger = foundation.logger,
             .clock = foundation.clock},
      page_tokens_(*foundation.token_sealer),
      vendor_transport_(http::MakeCurlTransport({.guard = foundation.egress_guard})),
      handlers_{.database = foundation.database,
                .page_tokens = page_tokens_,
                .vault = *foundation.vault,
                .credentials = *foundation.credentials,
                .event_log = foundation.event_log,
                .event_feed = foundation.event_feed,
                .clock = foundation.clock,
                .random = foundation.random,
                .logger = foundation.logger,
                .vendor_transport = *vendor_transport_,
                .on_run_queued = std::move(on_run_queued)},
      stream_environment_{
          .calls = calls_,
          .feed = foundation.event_feed,
          .random = foundation.random,
          .read_run =
              [this](const model::RunName& name) { return api::ReadRunView(handlers_, name); }},
      streams_(stream_environment_),
      readiness_(foundation.database, foundation.clock, foundation.logger,
                 [this](bool ready) { SetServing(ready); }) {}

absl::Status ApiRole::Start() {
  SYNCLINE_RETURN_IF_ERROR(streams_.Start());
  for (const std::string& address : config_.listen) {
    services_.push_back(api::MakeServices(calls_, handlers_, streams_));
    SYNCLINE_ASSIGN_OR_RETURN(auto server, api::Server::Make({.listen_address = address,
                                                              .reflection = config_.reflection},
                                                             services_.back()));
    addresses_.push_back(Dialled(address, server->port()));
    KeepFromVendors(addresses_.back(), server->port(), *egress_guard_);
    servers_.push_back(std::move(server));
  }
  return readiness_.Start();
}

void ApiRole::BeginDrain() {
  readiness_.Stop();
  SetServing(false);
}

void ApiRole::Stop() {
  BeginDrain();
  streams_.Drain();
  for (const auto& server : servers_) server->Shutdown(kCallDrainMax);
  streams_.Stop();
  workers_.Stop();
  waiting_workers_.Stop();
}

void ApiRole::SetServing(bool serving) {
  for (const auto& server : servers_) server->SetServing(serving);
}

}  // namespace syncline::app
