#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace syncline::demo_vendor {

// A vendor with lists of devices and people, for tests, demo and bench:
//
//   GET or POST /{sign-in}/{list}/{paging}
//     sign-in: open | basic (user and password) | header (X-Api-Key: TOKEN, or
//              Authorization: SSWS TOKEN) | query (api_key=TOKEN)
//     list:    devices | people
//     paging:  all     a bare list, one answer
//              offset  ?limit=&offset=    {"items": […], "total"}
//              page    ?limit=&page=      {"items": […], "total", "page", "page_count"}
//              cursor  ?limit=&cursor=    {"items": […], "total", "meta": {"next"}}
//              next    ?limit=            {"items": […], "total", "links": {"next"}}, relative=1
//     A POST has the same parameters as members of its JSON body. gzip=1 packs the answer for
//     callers that accept it. Faults and delays: fault.h.
//   POST /control/change?list=&every=    a new revision of every n-th record
//   POST /control/delete?list=&number=   removes the record with that number
//   POST /control/reset                  lists and ledger as at the start
//   GET  /control/ledger                 what was served: {"requests": n, "refused": n,
//                                        "pages": {"path offset limit": n, …}}
//
// Listens on 127.0.0.1. Start and Stop come from one thread.
class DemoVendor {
 public:
  struct Options {
    std::int64_t device_count = 50'000;
    std::int64_t person_count = 1'000;
    std::uint64_t seed = 1;
    int port = 0;  // 0 = any free one
    std::string user = "demo";
    std::string password = "demo-password";
    std::string token = "demo-token";
    int thread_count = 64;  // a kept-alive connection holds one
  };

  explicit DemoVendor(Options options);
  ~DemoVendor();
  DemoVendor(const DemoVendor&) = delete;
  DemoVendor& operator=(const DemoVendor&) = delete;

  // Serves on threads of its own; returns the port. INTERNAL when the port is taken.
  absl::StatusOr<int> Start();
  void Stop();

 private:
  class Service;
  std::unique_ptr<Service> service_;
};

}  // namespace syncline::demo_vendor
