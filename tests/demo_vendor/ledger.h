#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "fmt/format.h"

namespace syncline::demo_vendor {

// Counts what was served, for checkers. Safe for concurrent use. At most kPagesMax pages are told
// apart; requests of more are still counted.
class Ledger {
 public:
  static constexpr std::size_t kPagesMax = 100'000;

  void Record(const std::string& page, int status) {
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (status >= 400) ++refused_;
    if (pages_.size() < kPagesMax || pages_.contains(page)) ++pages_[page];
  }
  void Reset() {
    const std::lock_guard lock(mutex_);
    requests_ = refused_ = 0;
    pages_.clear();
  }
  std::string Json() const {
    const std::lock_guard lock(mutex_);
    std::string out =
        fmt::format(R"({{"requests":{},"refused":{},"pages":{{)", requests_, refused_);
    bool first = true;
    for (const auto& [page, count] : pages_) {
      out += fmt::format(R"({}"{}":{})", first ? "" : ",", page, count);
      first = false;
    }
    return out + "}}\n";
  }

 private:
  mutable std::mutex mutex_;
  std::int64_t requests_ = 0;
  std::int64_t refused_ = 0;
  std::map<std::string, std::int64_t> pages_;
};

}  // namespace syncline::demo_vendor
