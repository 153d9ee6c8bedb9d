#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "secret/key_provider.h"

namespace syncline::test {

// Keys as a service far away has them: whoever asks for one while a transaction of theirs is open
// makes others wait for a network. Looks at every call whether any session but the one it looks
// with holds a lock on a table of sign-ins, and notes the call if so. Safe for concurrent use, but
// not beside other work on those tables.
class WatchedKeys final : public secret::KeyProvider {
 public:
  using Query = std::function<std::string(const std::string& sql)>;

  // `query`: TestDatabase::Query of the database that is watched.
  WatchedKeys(const secret::KeyProvider& keys, Query query)
      : keys_(keys), query_(std::move(query)) {}

  // Calls that came while somebody held a lock.
  std::vector<std::string> called_under_locks() const {
    const std::lock_guard lock(mutex_);
    return called_under_locks_;
  }
  int wrap_count() const {
    const std::lock_guard lock(mutex_);
    return wrap_count_;
  }
  // What happens elsewhere while a key is wrapped; called without a lock of this object's.
  void OnWrap(std::function<void()> on_wrap) { on_wrap_ = std::move(on_wrap); }

  absl::StatusOr<std::vector<std::string>> Ids() const override {
    Look("Ids");
    return keys_.Ids();
  }
  bool Owns(std::string_view key_id) const override { return keys_.Owns(key_id); }
  absl::StatusOr<secret::WrappedKey> Wrap(const secret::Secret& data_key,
                                          std::string_view context) const override {
    Look("Wrap");
    {
      const std::lock_guard lock(mutex_);
      ++wrap_count_;
    }
    if (on_wrap_) on_wrap_();
    return keys_.Wrap(data_key, context);
  }
  absl::StatusOr<secret::Secret> Unwrap(const secret::WrappedKey& wrapped,
                                        std::string_view context) const override {
    Look("Unwrap");
    return keys_.Unwrap(wrapped, context);
  }

 private:
  void Look(const std::string& call) const {
    const std::string held = query_(
        "SELECT coalesce(string_agg(DISTINCT c.relname || ' ' || l.mode, ', '), '') "
        "FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_stat_activity a ON a.pid = l.pid AND a.backend_type = 'client backend' "
        "WHERE n.nspname = 'syncline' AND a.datname = current_database() "
        "AND l.pid <> pg_backend_pid() "
        "AND c.relname ~ '^(credential|oauth|key_canary|request_log|audit_event)'");
    if (held.empty()) return;
    const std::lock_guard lock(mutex_);
    called_under_locks_.push_back(call + " under " + held);
  }

  const secret::KeyProvider& keys_;
  const Query query_;
  std::function<void()> on_wrap_;
  mutable std::mutex mutex_;
  mutable int wrap_count_ = 0;
  mutable std::vector<std::string> called_under_locks_;
};

}  // namespace syncline::test
