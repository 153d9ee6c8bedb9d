// Opening a session, and waiting for notifications on it.

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "base/status.h"
#include "store/connection.h"
#include "store/deadline.h"
#include "store/pg_error.h"

namespace syncline::store {
namespace {

using Settings = std::map<std::string, std::string>;

// Within this the server notices that a client is gone while it executes or waits for a lock.
constexpr int kConnectionCheckMilliseconds = 5'000;

absl::StatusOr<Settings> ParseUrl(const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
  PQfreemem(message);  // quotes the text, which may hold a password (I5)
  if (options == nullptr) {
    return base::Error(base::Reason::kConfigurationInvalid,
                       "the database URL cannot be read; expected e.g. "
                       "\"postgresql://user@host:5432/database\" or \"host=… dbname=…\"");
  }
  Settings settings;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  return settings;
}

void AddSession(const SessionOptions& session, Settings& settings) {
  settings["application_name"] = session.application_name;
  settings["client_encoding"] = "UTF8";
  // A vanished server host is noticed after 10 + 3 * 5 s, unanswered data after 15 s.
  settings["keepalives"] = "1";
  settings["keepalives_idle"] = "10";
  settings["keepalives_interval"] = "5";
  settings["keepalives_count"] = "3";
  settings["tcp_user_timeout"] = "15000";
  std::string& options = settings["options"];
  options += fmt::format(
      " -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}"
      " -c client_connection_check_interval={} -c TimeZone=UTC -c jit=off -c "
      "client_min_messages=warning"
      " -c standard_conforming_strings=on -c default_transaction_isolation=read\\ committed",
      session.statement_timeout.count(), session.lock_timeout.count(),
      session.idle_in_transaction_timeout.count(), kConnectionCheckMilliseconds);
}

// Notices may quote values; libpq would print them on standard error.
void DropNotice(void*, const pg_result*) {}

std::string FirstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

void TellPeer(const PGconn* connection, const SessionOptions& options) {
  const std::string address = PQhostaddr(connection);  // "" for a Unix socket
  if (!address.empty() && options.on_peer) {
    options.on_peer(address, std::atoi(PQport(connection)));
  }
}

struct CloseOnDestruction {
  const int descriptor;
  ~CloseOnDestruction() { close(descriptor); }
};

// Readable as soon as `stop` is requested.
class StopSignal {
 public:
  explicit StopSignal(std::stop_token stop)
      : file_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
        callback_(std::move(stop), Wake{file_.descriptor}) {}
  int descriptor() const { return file_.descriptor; }

 private:
  struct Wake {
    int descriptor;
    void operator()() const {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = write(descriptor, &one, sizeof(one));
    }
  };
  const CloseOnDestruction file_;
  const std::stop_callback<Wake>
      callback_;  // gone before the descriptor closes: members go in reverse
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& url,
                                                             const SessionOptions& options) {
  SYNCLINE_ASSIGN_OR_RETURN(Settings settings, ParseUrl(url));
  AddSession(options, settings);
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);

  Handle handle(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (handle == nullptr) return DatabaseUnavailable("no memory for a database connection");
  PQsetNoticeReceiver(handle.get(), &DropNotice, nullptr);
  SYNCLINE_RETURN_IF_ERROR(AwaitConnected(handle.get(), Deadline(options.connect_timeout)));
  if (PQsetnonblocking(handle.get(), 1) != 0)
    return DatabaseUnavailable("the database connection cannot be set up");
  TellPeer(handle.get(), options);
  return std::unique_ptr<Connection>(new Connection(std::move(handle), options));
}

absl::Status Connection::AwaitConnected(pg_conn* connection, const Deadline& deadline) {
  PostgresPollingStatusType next =
      PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) {
      return DatabaseUnavailable(
          fmt::format("the database cannot be reached: {}", FirstLine(PQerrorMessage(connection))));
    }
    const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!deadline.Wait(PQsocket(connection), events)) {
      return DatabaseUnavailable("the database did not accept a connection in time");
    }
    next = PQconnectPoll(connection);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Connection::Notification>> Connection::WaitForNotifications(
    std::chrono::milliseconds timeout, std::stop_token stop) {
  if (broken_) return DatabaseUnavailable("the connection to the database is closed");
  const StopSignal signal(stop);
  const Deadline deadline(timeout);
  std::vector<Notification> notifications;
  for (;;) {
    while (PGnotify* notify = PQnotifies(connection_.get())) {
      notifications.push_back({notify->relname, notify->extra});
      PQfreemem(notify);
    }
    if (!notifications.empty() || stop.stop_requested()) return notifications;
    pollfd descriptors[] = {{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0},
                            {.fd = signal.descriptor(), .events = POLLIN, .revents = 0}};
    if (!deadline.Wait(descriptors, 2)) return notifications;
    if (descriptors[0].revents != 0 && PQconsumeInput(connection_.get()) == 0) {
      return Broken("the connection to the database was lost");
    }
  }
}

}  // namespace syncline::store
