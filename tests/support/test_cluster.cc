#include "tests/support/test_cluster.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>

#include "base/clock.h"

namespace syncline::test {
namespace {

constexpr std::chrono::milliseconds kPollInterval{20};
constexpr int kPollCountMax = 3'000;

// $1 folder, $2 binaries, $3 uid, $4 gid (empty: stay who we are). Ends the server with SIGQUIT:
// nothing in it is worth a checkpoint.
constexpr const char* kKeeper = R"sh(
trap '' INT TERM HUP
run="setpriv --pdeathsig QUIT"
test -n "$3" && run="setpriv --reuid=$3 --regid=$4 --clear-groups --pdeathsig QUIT"
cd "$1"
$run "$2/initdb" -D "$1/data" -U syncline -A trust -E UTF8 --locale=C --no-sync >log 2>&1 </dev/null
$run "$2/postgres" -D "$1/data" -c listen_addresses= -c unix_socket_directories="$1" \
  -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 \
  -c shared_buffers=64MB -c max_wal_size=256MB -c log_min_messages=warning \
  -c log_min_error_statement=panic >>log 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait
cd /
rm -rf -- "$1"
)sh";

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "test database: %s\n", what.c_str());
  std::abort();
}

struct Owner {
  std::string user;
  std::string group;
};

// PostgreSQL refuses to run as root; then it runs as postgres or nobody.
Owner MakeFolder(std::string& folder) {
  char path[] = "/tmp/slpg-XXXXXX";
  if (mkdtemp(path) == nullptr) Fail("no temporary folder");
  folder = path;
  if (geteuid() != 0) return {};
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr || chown(path, user->pw_uid, user->pw_gid) != 0)
    Fail("no user for the server");
  return {std::to_string(user->pw_uid), std::to_string(user->pw_gid)};
}

}  // namespace

std::string TestCluster::BinaryFolder() {
  if (const char* folder = std::getenv("SYNCLINE_POSTGRES_BIN")) return folder;
  for (const char* folder :
       {"/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"}) {
    if (std::filesystem::exists(std::filesystem::path(folder) / "initdb")) return folder;
  }
  return "";
}

TestCluster& TestCluster::Get() {
  static TestCluster cluster;
  return cluster;
}

TestCluster::TestCluster() {
  const std::string binaries = BinaryFolder();
  const Owner owner = MakeFolder(folder_);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Fail("no pipe");
  lifeline_ = ends[1];
  keeper_ = fork();
  if (keeper_ == 0) {
    dup2(ends[0], STDIN_FILENO);
    execl("/bin/sh", "sh", "-c", kKeeper, "keeper", folder_.c_str(), binaries.c_str(),
          owner.user.c_str(), owner.group.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
  if (keeper_ < 0) Fail("no process for the server");
  AwaitReady();
}

TestCluster::~TestCluster() {
  close(lifeline_);
  waitpid(keeper_, nullptr, 0);
}

void TestCluster::AwaitReady() const {
  const base::SystemClock clock;
  const std::string url = Url("postgres");
  for (int i = 0; i < kPollCountMax; ++i) {
    if (PQping(url.c_str()) == PQPING_OK) return;
    clock.WaitFor(kPollInterval, std::stop_token());
  }
  std::ifstream log(folder_ + "/log");
  Fail("the server did not start: " +
       std::string(std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()));
}

std::string TestCluster::Url(const std::string& database) const {
  return fmt::format("host={} user=syncline dbname={}", folder_, database);
}

std::string TestCluster::Query(const std::string& database, const std::string& sql) const {
  PGconn* connection = PQconnectdb(Url(database).c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    Fail(fmt::format("{}: {}", sql, PQerrorMessage(connection)));
  }
  std::string value;
  if (PQntuples(result) > 0 && PQnfields(result) > 0) value = PQgetvalue(result, 0, 0);
  PQclear(result);
  PQfinish(connection);
  return value;
}

std::string TestCluster::Dump(const std::string& database) const {
  const std::string command = fmt::format("'{}/pg_dump' '{}' 2>&1", BinaryFolder(), Url(database));
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) Fail("no process for pg_dump");
  std::string text;
  char part[65'536];
  for (std::size_t size = 0; (size = std::fread(part, 1, sizeof(part), pipe)) > 0;) {
    text.append(part, size);
  }
  if (pclose(pipe) != 0) Fail("pg_dump: " + text);
  return text;
}

}  // namespace syncline::test
