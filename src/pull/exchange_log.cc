#include "pull/exchange_log.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/status.h"
#include "pull/redaction.h"

namespace syncline::pull {

void ExchangeLog::SetScrub(Scrub scrub) {
  const std::lock_guard lock(mutex_);
  scrub_ = std::move(scrub);
}

ExchangeLog::Entry* ExchangeLog::Find(std::int64_t id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

void ExchangeLog::Evict() {
  if (entries_.size() <= bounds_.newest) return;
  const auto newest = std::prev(entries_.end(), static_cast<std::ptrdiff_t>(bounds_.newest));
  for (auto entry = entries_.begin(); entry != newest;) {
    const Entry& one = entry->second;
    const bool wanted = !one.judged || (one.exchange.failed && !one.taken);
    entry = wanted && entries_.size() <= kHeldMax ? std::next(entry) : entries_.erase(entry);
  }
}

std::int64_t ExchangeLog::Open(model::Exchange sent) {
  const std::lock_guard lock(mutex_);
  sent.exchange_id = ++last_id_;
  entries_[sent.exchange_id].exchange = std::move(sent);
  Evict();
  return last_id_;
}

void ExchangeLog::Change(std::int64_t id, const std::function<void(model::Exchange&)>& change) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = Find(id);
  if (entry == nullptr) return;
  change(entry->exchange);
  entry->taken = false;
  entry->redacted = false;
}

void ExchangeLog::Accept(std::int64_t id, const std::string& judgement) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = Find(id);
  if (entry == nullptr) return;
  std::string& text = entry->exchange.judgement;
  text += (text.empty() ? "" : "; ") + judgement;
  entry->judged = true;
  entry->taken = false;
  entry->redacted = false;
}

void ExchangeLog::Refuse(std::int64_t id, std::string_view reason, const std::string& judgement) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = Find(id);
  if (entry == nullptr) return;
  model::Exchange& exchange = entry->exchange;
  exchange.judgement +=
      fmt::format("{}{}: {}", exchange.judgement.empty() ? "" : "; ", reason, judgement);
  exchange.reason = reason;
  const bool given_up = reason == base::ReasonName(base::Reason::kCancelled);
  if (!given_up && !exchange.failed && failed_count_ < kFailedMax) {
    exchange.failed = true;
    ++failed_count_;
  }
  entry->judged = true;
  entry->taken = false;
  entry->redacted = false;
}

void ExchangeLog::Refuse(std::int64_t id, const absl::Status& status) {
  if (id == 0) return;
  Refuse(id, base::ReasonName(base::ReasonOf(status)), base::MessageOf(status));
}

void ExchangeLog::RedactHeld() {
  const std::lock_guard lock(mutex_);
  if (!scrub_) return;
  std::vector<model::Exchange*> raw;
  for (auto& [id, entry] : entries_) {
    if (!entry.redacted) raw.push_back(&entry.exchange);
    entry.redacted = true;
  }
  Redact(scrub_, raw);
}

std::vector<model::Exchange> ExchangeLog::TakeNews(bool all) {
  std::vector<model::Exchange> news;
  Scrub scrub;
  {
    const std::lock_guard lock(mutex_);
    scrub = scrub_;
    for (auto& [id, entry] : entries_) {
      const bool may_show =
          scrub_ != nullptr || entry.exchange.purpose == model::ExchangePurpose::kSignIn;
      if (entry.taken || !may_show || !(entry.judged || all)) continue;
      news.push_back(entry.exchange);
      entry.taken = true;
    }
    Evict();
  }
  // Outside of the lock: nobody who sends waits for it.
  std::vector<model::Exchange*> raw;
  for (model::Exchange& one : news) raw.push_back(&one);
  Redact(scrub, raw);
  return news;
}

void ExchangeLog::PutBack(const std::vector<model::Exchange>& taken) {
  const std::lock_guard lock(mutex_);
  for (const model::Exchange& one : taken) {
    if (Entry* const entry = Find(one.exchange_id); entry != nullptr) entry->taken = false;
  }
}

bool ExchangeLog::has_failure() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    if (entry.exchange.failed && !entry.taken) return true;
  }
  return false;
}

}  // namespace syncline::pull
