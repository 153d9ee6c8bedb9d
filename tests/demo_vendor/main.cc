// demo_vendor: serves until SIGINT or SIGTERM. See demo_vendor.h for what it serves.
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "CLI/CLI.hpp"
#include "base/status.h"
#include "fmt/format.h"
#include "tests/demo_vendor/demo_vendor.h"
#include "tests/demo_vendor/fault.h"

namespace {

void ReadEnvironment(const char* name, std::string& value) {
  if (const char* found = std::getenv(name)) value = found;
}

}  // namespace

int main(int argc, char** argv) {
  using syncline::demo_vendor::DemoVendor;
  DemoVendor::Options options;
  CLI::App app("A vendor with seeded lists of devices and people; see tests/demo_vendor.");
  app.add_option("--devices", options.device_count, "devices in the list")->capture_default_str();
  app.add_option("--people", options.person_count, "people in the list")->capture_default_str();
  app.add_option("--seed", options.seed, "of the data")->capture_default_str();
  app.add_option("--port", options.port, "0 = any free one, printed")->capture_default_str();
  app.add_option("--threads", options.thread_count, "one per kept connection")
      ->capture_default_str();
  app.footer(
      "Secrets come from DEMO_VENDOR_USER, DEMO_VENDOR_PASSWORD and DEMO_VENDOR_TOKEN.\n"
      "Faults, by the query parameter `fault`:\n" +
      syncline::demo_vendor::Faults::Describe());
  CLI11_PARSE(app, argc, argv);
  ReadEnvironment("DEMO_VENDOR_USER", options.user);
  ReadEnvironment("DEMO_VENDOR_PASSWORD", options.password);
  ReadEnvironment("DEMO_VENDOR_TOKEN", options.token);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  DemoVendor vendor(options);
  const absl::StatusOr<int> port = vendor.Start();
  if (!port.ok()) {
    fmt::print(stderr, "demo_vendor: {}\n", syncline::base::MessageOf(port.status()));
    return 1;
  }
  fmt::print("demo_vendor.ready port={}\n", *port);
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  vendor.Stop();
  return 0;
}
