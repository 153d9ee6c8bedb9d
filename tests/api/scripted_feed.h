#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "event/event_feed.h"

namespace syncline::api {

// A feed of one run whose events the test publishes. Safe for concurrent use.
class ScriptedFeed final : public event::EventFeed {
 public:
  absl::Status Start() override { return absl::OkStatus(); }
  void Stop() override {}
  void Announce(const std::string&) override {}

  absl::StatusOr<std::unique_ptr<event::Subscription>> Subscribe(
      const std::string&, std::int64_t after, std::function<void()> on_ready) override {
    const std::lock_guard lock(state_->mutex);
    if (!state_->refusal.ok()) return state_->refusal;
    state_->on_ready = std::move(on_ready);
    ++state_->subscriptions;
    state_->changed.notify_all();
    return std::make_unique<Cursor>(state_, after);
  }

  void Publish(model::RunEventBody body) {
    std::function<void()> on_ready;
    {
      const std::lock_guard lock(state_->mutex);
      const auto sequence = static_cast<std::int64_t>(state_->events.size()) + 1;
      state_->events.push_back(std::make_shared<const model::RunEvent>(
          model::RunEvent{sequence, base::Time(), std::move(body)}));
      on_ready = state_->on_ready;
    }
    if (on_ready) on_ready();
  }
  // The next Take passes over everything up to `sequence`.
  void Skip(std::int64_t sequence) {
    const std::lock_guard lock(state_->mutex);
    state_->skip_to = sequence;
  }
  void Refuse(absl::Status refusal) {
    const std::lock_guard lock(state_->mutex);
    state_->refusal = std::move(refusal);
  }
  // Until a stream has found nothing to take since the last call, which it does only with no
  // write in flight.
  void AwaitUpToDate() {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->empty_takes > 0; });
    state_->empty_takes = 0;
  }
  int subscriptions() const {
    const std::lock_guard lock(state_->mutex);
    return state_->subscriptions;
  }
  void AwaitSubscriptions(int count) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->subscriptions == count; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::shared_ptr<const model::RunEvent>> events;
    std::function<void()> on_ready;
    std::int64_t skip_to = 0;
    absl::Status refusal;
    int subscriptions = 0;  // alive
    int empty_takes = 0;
  };

  class Cursor final : public event::Subscription {
   public:
    Cursor(std::shared_ptr<State> state, std::int64_t after)
        : state_(std::move(state)), position_(after) {}
    ~Cursor() override {
      const std::lock_guard lock(state_->mutex);
      state_->on_ready = nullptr;
      --state_->subscriptions;
      state_->changed.notify_all();
    }
    Batch Take(int count_max) override {
      const std::lock_guard lock(state_->mutex);
      Batch batch;
      if (state_->skip_to > position_) {
        batch.skipped_to = position_ = state_->skip_to;
      }
      while (std::ssize(batch.events) < count_max && position_ < std::ssize(state_->events)) {
        batch.events.push_back(state_->events[static_cast<std::size_t>(position_++)]);
      }
      if (batch.events.empty()) {
        ++state_->empty_takes;
        state_->changed.notify_all();
      }
      return batch;
    }
    std::int64_t position() const override { return position_; }

   private:
    const std::shared_ptr<State> state_;
    std::int64_t position_;
  };

  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace syncline::api
