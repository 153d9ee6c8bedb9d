#include "credential/rate_budgets.h"

#include <fmt/format.h>

#include <algorithm>

#include "credential/postgres_budget_store.h"

namespace syncline::credential {
namespace {

// A budget with the store that it works on.
template <typename Store>
struct Stored {
  template <typename... Arguments>
  Stored(const http::RateLimit& limit, std::string holder, const base::Clock& clock,
         base::Random& random, Arguments&&... arguments)
      : store(std::forward<Arguments>(arguments)...),
        budget(limit, std::move(holder), store, clock, random) {}
  Store store;
  http::RateBudget budget;
};

}  // namespace

http::RateLimit RateLimitOf(const v1::Credential& credential) {
  const v1::RateLimit& spec = credential.rate_limit();
  return {.requests_per_second = spec.requests_per_second(),
          .burst = spec.burst() > 0 ? spec.burst() : 1,
          .concurrent_request_count = spec.concurrent_request_count()};
}

std::shared_ptr<http::RateBudget> RateBudgets::Of(const model::CredentialName& name,
                                                  const http::RateLimit& limit) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.name == name.ToString() && entry.limit == limit;
  });
  if (found != entries_.end()) return found->budget;
  // Each is somebody of its own for the fleet.
  const std::string holder = fmt::format("{}/{}", worker_id_, ++made_);
  const auto stored = std::make_shared<Stored<PostgresBudgetStore>>(
      limit, holder, clock_, random_, database_, name, limit, worker_id_);
  return entries_.emplace_back(Entry{name.ToString(), limit, {stored, &stored->budget}}).budget;
}

std::shared_ptr<http::RateBudget> RateBudgets::Unshared() {
  const http::RateLimit none;
  const auto stored =
      std::make_shared<Stored<http::LocalBudgetStore>>(none, "", clock_, random_, none, clock_);
  return {stored, &stored->budget};
}

void RateBudgets::Tick() {
  std::vector<std::shared_ptr<http::RateBudget>> budgets;
  {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) budgets.push_back(entry.budget);
  }
  for (const auto& budget : budgets) budget->Tick();
  budgets.clear();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) {
    return entry.budget.use_count() == 1 && entry.budget->HasNothing();
  });
}

int RateBudgets::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(entries_.size());
}

}  // namespace syncline::credential
