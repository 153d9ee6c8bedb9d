#include "credential/postgres_budget_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "store/rate_budget_store.h"

namespace syncline::credential {
namespace {

std::string Spell(const http::RateLimit& limit) {
  return fmt::format("{}/{}", limit.requests_per_second, limit.burst);
}

}  // namespace

absl::StatusOr<http::BudgetShare> PostgresBudgetStore::Take(const http::BudgetDemand& demand) {
  http::BudgetShare share;
  const absl::Status status =
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(const store::RateBudgetRow row,
                                  store::LockRateBudget(transaction, name_));
        http::BudgetState state{.next_time = row.next_time, .blocked_until = row.blocked_until};
        // Counted with another limit, what was taken says nothing.
        if (row.rate != Spell(limit_)) state.next_time = row.now;
        if (limit_.concurrent_request_count > 0) {
          SYNCLINE_ASSIGN_OR_RETURN(const std::vector<store::RateHolderRow> holders,
                                    store::ListRateHolders(transaction, name_));
          for (const store::RateHolderRow& holder : holders) {
            state.holders.push_back(
                {holder.holder, holder.weight, holder.wanted, holder.in_flight, holder.places});
          }
        }
        share = http::TakeShare(limit_, &state, demand, row.now);
        if (state.next_time != row.next_time || row.rate != Spell(limit_)) {
          SYNCLINE_RETURN_IF_ERROR(
              store::UpdateRateBudget(transaction, name_, Spell(limit_), state.next_time));
        }
        return StoreHolder(transaction, state, demand);
      });
  if (!status.ok()) return status;
  return share;
}

absl::Status PostgresBudgetStore::StoreHolder(store::Transaction& transaction,
                                              const http::BudgetState& state,
                                              const http::BudgetDemand& demand) const {
  if (limit_.concurrent_request_count <= 0) return absl::OkStatus();
  const auto mine = std::ranges::find(state.holders, demand.holder, &http::BudgetState::Holder::id);
  if (mine == state.holders.end()) {
    return store::DropRateHolder(transaction, name_, demand.holder);
  }
  return store::PutRateHolder(
      transaction, name_, worker_id_,
      {mine->id, mine->weight, mine->wanted, mine->in_flight, mine->places});
}

absl::Status PostgresBudgetStore::Block(std::chrono::milliseconds pause) {
  return database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
    SYNCLINE_RETURN_IF_ERROR(store::LockRateBudget(transaction, name_).status());
    return store::BlockRateBudget(transaction, name_, pause);
  });
}

}  // namespace syncline::credential
