#include "credential/data_key_cache.h"

namespace syncline::credential {

std::optional<secret::Secret> DataKeyCache::Find(const std::string& place) {
  const std::lock_guard lock(mutex_);
  DropOld();
  const auto found = by_place_.find(place);
  if (found == by_place_.end()) return std::nullopt;
  return found->second->data_key.Clone();
}

void DataKeyCache::Put(const std::string& place, const secret::Secret& data_key) {
  const std::lock_guard lock(mutex_);
  DropOld();
  if (const auto found = by_place_.find(place); found != by_place_.end()) {
    entries_.erase(found->second);
    by_place_.erase(found);
  }
  if (entries_.size() == kCountMax) {
    by_place_.erase(entries_.front().place);
    entries_.pop_front();
  }
  entries_.push_back({place, data_key.Clone(), clock_.SteadyNow() + kLifetime});
  by_place_.emplace(place, std::prev(entries_.end()));
}

std::size_t DataKeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void DataKeyCache::DropOld() {
  const base::SteadyTime now = clock_.SteadyNow();
  while (!entries_.empty() && entries_.front().until <= now) {
    by_place_.erase(entries_.front().place);
    entries_.pop_front();
  }
}

}  // namespace syncline::credential
