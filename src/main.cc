// synclined: see `synclined --help`.
#include "app/config.h"
#include "app/serve.h"
#include "base/allocator.h"

int main(int argc, char** argv) {
  syncline::app::CloseToOthers();
  syncline::base::KeepFreedMemory();
  const absl::StatusOr<syncline::app::Command> command =
      syncline::app::ReadCommand(syncline::app::ProcessSources(argc, argv));
  if (!command.ok()) return syncline::app::ReportWrongSettings(command.status());
  return syncline::app::RunCommand(*command);
}
