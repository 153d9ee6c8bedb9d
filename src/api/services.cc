#include "api/services.h"

namespace syncline::api {

std::vector<std::unique_ptr<grpc::Service>> MakeServices(const CallEnvironment& calls,
                                                         const HandlerEnvironment& handlers,
                                                         RunEventStreams& streams) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(MakeWorkspaceService(calls, handlers));
  services.push_back(MakeCredentialService(calls, handlers));
  services.push_back(MakeIntegrationService(calls, handlers));
  services.push_back(MakeIncrementalStateService(calls, handlers));
  services.push_back(MakeMappingService(calls, handlers));
  services.push_back(MakeScheduleService(calls, handlers));
  services.push_back(MakeRunService(calls, handlers, streams));
  services.push_back(MakeObjectTypeService(calls, handlers));
  services.push_back(MakeObjectService(calls, handlers));
  services.push_back(MakeAuditService(calls, handlers));
  return services;
}

}  // namespace syncline::api
