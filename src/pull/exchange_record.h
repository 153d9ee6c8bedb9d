#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "http/try_observer.h"
#include "pull/answer_rules.h"
#include "pull/errand.h"
#include "pull/exchange_log.h"

namespace syncline::pull {

// Notes the tries of one request in the log of its run: each try is an exchange of its own, with
// what it waited for and what judged it. On the stack of whoever sends; one thread.
class ExchangeRecord final : public http::TryObserver {
 public:
  // `log`: null = nothing is noted. What the references refer to must outlive it.
  ExchangeRecord(ExchangeLog* log, const base::Clock& clock, const Errand& errand)
      : log_(log), clock_(clock), errand_(errand) {}

  // For VendorClient::Send; null without a log.
  http::TryObserver* observer() { return log_ == nullptr ? nullptr : this; }

  void OnSend(const http::Request& request, int attempt) override;
  void OnAnswer(const absl::StatusOr<http::Response>& answer) override;
  void OnPause(base::Reason reason, const std::string& message,
               std::chrono::milliseconds delay) override;

  // A rule of the definition says what the last answer means.
  void NoteRule(const Ruling& ruling);
  // How the request ended, whose last answer it was.
  void Finish(const absl::Status& status);

  // The last try; 0 without a log, or when none went out.
  // Any thread may ask.
  std::int64_t id() const { return id_; }

 private:
  ExchangeLog* const log_;
  const base::Clock& clock_;
  const Errand& errand_;
  std::atomic<std::int64_t> id_ = 0;
  base::SteadyTime begun_;
  int status_ = 0;         // of the last answer; 0 = there was none
  bool answered_ = false;  // the last try, well or not
  bool paused_ = false;    // after it, and not tried again since
  std::string rule_;
  std::chrono::milliseconds wait_{0};  // before the next try
  std::string wait_cause_;
};

}  // namespace syncline::pull
