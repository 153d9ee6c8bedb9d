#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "api/page_token.h"
#include "base/status.h"
#include "fmt/format.h"
#include "store/database.h"

namespace syncline::base {
class Clock;
class Logger;
class Random;
}  // namespace syncline::base
namespace syncline::credential {
class CredentialOpener;
class CredentialVault;
}  // namespace syncline::credential
namespace syncline::http {
class Transport;
}
namespace syncline::http {
class Transport;
}
namespace syncline::event {
class EventFeed;
class EventLog;
}  // namespace syncline::event
namespace syncline::http {
class Transport;
}

namespace syncline::api {

// What handlers work with. Owned by the composition root; outlives every handler. Handlers keep no
// state of their own and are safe for concurrent use.
struct HandlerEnvironment {
  store::Database& database;
  const PageTokens& page_tokens;
  credential::CredentialVault& vault;
  credential::CredentialOpener& credentials;
  event::EventLog& event_log;
  event::EventFeed& event_feed;
  const base::Clock& clock;
  base::Random& random;
  base::Logger& logger;
  // For vendors and the token endpoints of providers; one try each.
  http::Transport& vendor_transport;
  // A run was queued that an executor of this process could take at once; may be empty.
  std::function<void()> on_run_queued = {};
};

// Runs `work` (StatusOr<T> of a transaction) for its answer.
template <typename Work>
auto ReadInTransaction(store::Database& database, Work work)
    -> decltype(work(std::declval<store::Transaction&>())) {
  using Answer = decltype(work(std::declval<store::Transaction&>()));
  Answer answer = base::Error(base::Reason::kInternal, "the transaction did not run");
  const absl::Status status = database.RunTransaction([&](store::Transaction& transaction) {
    answer = work(transaction);
    return answer.status();
  });
  if (!status.ok()) return status;
  return answer;
}

// A resource name of a request; a wrong one is a wrong field `field`.
template <typename Name>
absl::StatusOr<Name> ParseName(std::string_view text, std::string_view field) {
  absl::StatusOr<Name> name = Name::Parse(text);
  if (name.ok()) return name;
  return base::InvalidFields({{std::string(field), base::MessageOf(name.status())}});
}

// An id that a create request chooses.
inline void CheckId(base::FieldViolations& wrong, std::string_view field, std::string_view id,
                    bool valid, std::string_view rule) {
  if (!valid) wrong.Add(std::string(field), fmt::format("\"{}\" is not {}", id, rule));
}

inline constexpr std::size_t kDisplayNameBytesMax = 255;

inline void CheckDisplayName(base::FieldViolations& wrong, std::string_view field,
                             std::string_view name) {
  if (name.size() <= kDisplayNameBytesMax) return;
  wrong.Add(std::string(field), fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
}

// A resource that others refer to; `users` are the first of them.
absl::Status InUse(const std::string& name, const std::vector<std::string>& users);
// How many users an IN_USE error names.
inline constexpr int kUsersNamedMax = 10;

// What this build does not offer yet.
absl::Status Unimplemented(std::string_view what);

}  // namespace syncline::api
