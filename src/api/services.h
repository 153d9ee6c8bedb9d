#pragma once

#include <memory>
#include <vector>

#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "grpcpp/impl/service_type.h"

namespace syncline::api {

class RunEventStreams;

// Makes the gRPC services: thin shells that hand each call to a worker thread and to the handler of
// its resource. Generated service code is included by their own files alone, for it is what
// compiles longest. Both environments and the streams outlive the services.
std::unique_ptr<grpc::Service> MakeWorkspaceService(const CallEnvironment& calls,
                                                    const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeCredentialService(const CallEnvironment& calls,
                                                     const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeIntegrationService(const CallEnvironment& calls,
                                                      const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeIncrementalStateService(const CallEnvironment& calls,
                                                           const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeMappingService(const CallEnvironment& calls,
                                                  const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeScheduleService(const CallEnvironment& calls,
                                                   const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeRunService(const CallEnvironment& calls,
                                              const HandlerEnvironment& handlers,
                                              RunEventStreams& streams);
std::unique_ptr<grpc::Service> MakeObjectTypeService(const CallEnvironment& calls,
                                                     const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeObjectService(const CallEnvironment& calls,
                                                 const HandlerEnvironment& handlers);
std::unique_ptr<grpc::Service> MakeAuditService(const CallEnvironment& calls,
                                                const HandlerEnvironment& handlers);

// All of them.
std::vector<std::unique_ptr<grpc::Service>> MakeServices(const CallEnvironment& calls,
                                                         const HandlerEnvironment& handlers,
                                                         RunEventStreams& streams);

}  // namespace syncline::api
