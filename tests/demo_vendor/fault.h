#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "tests/demo_vendor/page_request.h"

namespace syncline::demo_vendor {

// Misbehaviour on request. The parameters of a request choose it, so that every integration of a
// test carries its own:
//   fault=NAME       what to do; the names are in fault.cc and in `demo_vendor --help`
//   fault_at=K       on the page with index K (default 0); `repeat` and `endless` from K on
//   fault_times=N    on the first N requests of that page (default: on all)
//   fault_key=TEXT   separates the counts of two tests
//   delay_ms=N       wait before each answer
// Safe for concurrent use.
class Faults {
 public:
  static constexpr std::size_t kCountersMax = 10'000;

  // The answer to `request`, spoiled or not. `list` is the source of records.
  Answer Render(const PageRequest& request, const RecordList& list);

  // One line per fault: its name and what it does.
  static std::string Describe();

 private:
  bool IsDue(const PageRequest& request);

  std::mutex mutex_;
  std::map<std::string, std::int64_t> counters_;  // requests of a page that met their fault
};

}  // namespace syncline::demo_vendor
