#include "store/database.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "store/pg_error.h"

namespace syncline::store {
namespace {

constexpr std::chrono::milliseconds kRetryDelayBase{20};
constexpr std::chrono::milliseconds kRetryDelayMax{1'000};

// Full jitter: uniform between nothing and the doubled delay.
std::chrono::microseconds RetryDelay(int attempt, base::Random& random) {
  const auto most = std::min(kRetryDelayBase * (1 << std::min(attempt, 10)), kRetryDelayMax);
  const auto microseconds = static_cast<double>(std::chrono::microseconds(most).count());
  return std::chrono::microseconds(static_cast<std::int64_t>(microseconds * random.Fraction()));
}

}  // namespace

Transaction::~Transaction() {
  // A connection that cannot roll back is found out by the pool and closed, which rolls back too.
  if (!done_ && !connection_.broken()) connection_.ExecuteScript("ROLLBACK").IgnoreError();
}

absl::Status Transaction::Commit() {
  done_ = true;
  const absl::StatusOr<Result> committed = connection_.Execute("COMMIT");
  if (committed.ok()) {
    // A transaction that met an error answers COMMIT by rolling back, without an error of its own.
    if (committed->CommandTag() == "COMMIT") return absl::OkStatus();
    return base::Error(base::Reason::kInternal, "a failed transaction was to be committed");
  }
  if (!connection_.broken()) return committed.status();
  base::ErrorMetadata metadata = base::MetadataOf(committed.status());
  metadata["commit"] = "unknown";
  return base::WithRetryAfter(
      base::Error(base::Reason::kDatabaseUnavailable,
                  "the connection was lost during a commit; whether it took effect is not known",
                  metadata),
      base::RetryAfterOf(committed.status()).value_or(kRetryDelayMax));
}

// A pooled connection for as long as it lives.
class Database::Lease {
 public:
  Lease(Database& database, std::unique_ptr<Connection> connection)
      : database_(database), connection_(std::move(connection)) {}
  ~Lease() { database_.Release(std::move(connection_)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Connection& operator*() const { return *connection_; }

 private:
  Database& database_;
  std::unique_ptr<Connection> connection_;
};

Database::Database(Options options, const base::Clock& clock, base::Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {}

Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Connection>> Database::Acquire() {
  {
    std::unique_lock lock(mutex_);
    const bool found = free_.wait_for(lock, options_.wait_timeout, [this] {
      return !idle_.empty() || open_count_ < options_.connection_count_max;
    });
    if (!found) return DatabaseUnavailable("every database connection is in use");
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->ReadyForUse()) return connection;
      --open_count_;
    }
    ++open_count_;  // a place for the one that is opened below, outside of the lock
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened =
      Connection::Open(options_.url, options_.session);
  if (!opened.ok()) Release(nullptr);
  return opened;
}

void Database::Release(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr && connection->ReadyForUse()) {
      idle_.push_back(std::move(connection));
    } else {
      --open_count_;
    }
  }
  free_.notify_one();
  // A connection that is not kept closes here, outside of the lock.
}

absl::StatusOr<std::unique_ptr<Transaction>> Database::Begin(Connection& connection) {
  SYNCLINE_RETURN_IF_ERROR(connection.Execute("BEGIN").status());
  return std::unique_ptr<Transaction>(new Transaction(connection));
}

absl::Status Database::RunTransactionOn(Connection& connection,
                                        const std::function<absl::Status(Transaction&)>& work) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction, Begin(connection));
  SYNCLINE_RETURN_IF_ERROR(work(*transaction));
  return transaction->Commit();
}

absl::Status Database::RunTransaction(const std::function<absl::Status(Transaction&)>& work) {
  for (int attempt = 1;; ++attempt) {
    absl::Status status;
    {
      SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Acquire());
      const Lease lease(*this, std::move(connection));
      status = RunTransactionOn(*lease, work);
    }
    const bool conflict = !status.ok() && base::ReasonOf(status) == base::Reason::kDatabaseConflict;
    if (!conflict || attempt >= options_.attempt_count_max) return status;
    // The connection went back to the pool before the wait.
    clock_.WaitFor(RetryDelay(attempt, random_), std::stop_token());
  }
}

absl::StatusOr<Result> Database::Execute(std::string_view sql, const Parameters& parameters) {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Acquire());
  const Lease lease(*this, std::move(connection));
  return (*lease).Execute(sql, parameters);
}

absl::StatusOr<std::unique_ptr<Connection>> Database::OpenConnection(
    const SessionOptions& session) const {
  return Connection::Open(options_.url, session);
}

}  // namespace syncline::store
