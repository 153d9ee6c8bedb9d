#include "pull/answers_ahead.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace syncline::pull {

AnswersAhead::AnswersAhead(Fetch fetch, const Limits& limits)
    : fetch_(std::move(fetch)), limits_(limits) {}

AnswersAhead::~AnswersAhead() {
  {
    std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) entry->stop.request_stop();
    entries_.clear();
  }
  for (std::jthread& thread : threads_) thread.request_stop();
}

void AnswersAhead::Expect(const paging::PageRequest& page,
                          const std::vector<paging::PageRequest>& ahead) {
  Entries wanted;
  const auto want = [&](const paging::PageRequest& request) {
    const auto known = std::ranges::find_if(
        entries_, [&](const auto& entry) { return entry != nullptr && entry->page == request; });
    if (known != entries_.end()) {
      wanted.push_back(std::exchange(*known, nullptr));
    } else {
      wanted.push_back(std::make_shared<Entry>());
      wanted.back()->page = request;
    }
  };
  want(page);
  for (const paging::PageRequest& request : ahead) want(request);
  for (const auto& dropped : entries_) {
    if (dropped != nullptr) dropped->stop.request_stop();
  }
  entries_ = std::move(wanted);
}

std::shared_ptr<AnswersAhead::Entry> AnswersAhead::Begin() {
  std::int64_t bytes = 0;
  for (const auto& entry : entries_) {
    if (entry->answer.has_value()) {
      bytes += entry->answer->ok() ? (*entry->answer)->body_bytes : 0;
      continue;
    }
    bytes += body_bytes_seen_;
    if (entry->begun) continue;
    if (entry != entries_.front() && bytes > limits_.body_bytes_max) return nullptr;
    entry->begun = true;
    return entry;
  }
  return nullptr;
}

void AnswersAhead::Work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    std::shared_ptr<Entry> entry;
    changed_.wait(lock, stop, [&] { return (entry = Begin()) != nullptr; });
    if (entry == nullptr) return;
    lock.unlock();
    absl::StatusOr<Answer> answer = fetch_(entry->page, entry->stop.get_token());
    lock.lock();
    if (answer.ok()) body_bytes_seen_ = std::max(body_bytes_seen_, answer->body_bytes);
    entry->answer = std::move(answer);
    changed_.notify_all();
  }
}

absl::StatusOr<Answer> AnswersAhead::Take(const paging::PageRequest& page,
                                          const std::vector<paging::PageRequest>& ahead,
                                          std::stop_token stop) {
  if (ahead.empty() && threads_.empty()) return fetch_(page, std::move(stop));
  std::unique_lock lock(mutex_);
  Expect(page, ahead);
  while (threads_.size() < limits_.parallel_count) {
    threads_.emplace_back([this](std::stop_token thread_stop) { Work(std::move(thread_stop)); });
  }
  changed_.notify_all();
  const std::shared_ptr<Entry> entry = entries_.front();
  if (!changed_.wait(lock, stop, [&] { return entry->answer.has_value(); })) {
    return base::Error(base::Reason::kCancelled, "the run was stopped");
  }
  entries_.erase(entries_.begin());
  changed_.notify_all();  // there is room for another
  return *std::move(entry->answer);
}

}  // namespace syncline::pull
