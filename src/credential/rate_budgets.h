#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/rate_budget.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::credential {

// The limits of a credential as plain values.
http::RateLimit RateLimitOf(const v1::Credential& credential);

// The budgets of one worker: all runs that use a credential share one. One that nobody uses is kept
// until it has given back what it had. Owned by the composition root, safe for concurrent use.
class RateBudgets {
 public:
  // The references must outlive this and every budget.
  RateBudgets(store::Database& database, const base::Clock& clock, base::Random& random,
              std::string worker_id)
      : database_(database), clock_(clock), random_(random), worker_id_(std::move(worker_id)) {}

  // After a change of the limit, new runs get another budget than those at work.
  std::shared_ptr<http::RateBudget> Of(const model::CredentialName& name,
                                       const http::RateLimit& limit);
  // For a run without a credential: obeys what the vendor says to it, and knows of no other.
  std::shared_ptr<http::RateBudget> Unshared();
  // RateBudget::Tick of each. To be called every few seconds.
  void Tick();
  int count() const;

 private:
  struct Entry {
    std::string name;
    http::RateLimit limit;
    std::shared_ptr<http::RateBudget> budget;
  };

  store::Database& database_;
  const base::Clock& clock_;
  base::Random& random_;
  const std::string worker_id_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  int made_ = 0;
};

}  // namespace syncline::credential
