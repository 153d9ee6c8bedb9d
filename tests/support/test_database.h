#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace syncline::test {

// A database of its own in the private PostgreSQL cluster of this test process. The cluster starts
// with the first one (initdb into a new folder, Unix socket only, fsync off), and is stopped and
// removed when the process ends, also when it crashes. For one thread at a time.
class TestDatabase {
 public:
  // False where the PostgreSQL binaries are absent (SYNCLINE_POSTGRES_BIN, else
  // /usr/lib/postgresql); a fixture then skips, saying kUnavailable.
  static bool Available();
  static constexpr const char* kUnavailable =
      "SKIPPED: no PostgreSQL binaries; install postgresql or set SYNCLINE_POSTGRES_BIN";

  // An empty database.
  TestDatabase();
  // A copy of the template database `template_name`, which `prepare` fills once per process.
  TestDatabase(std::string_view template_name,
               const std::function<void(const std::string& url)>& prepare);
  // Drops it, ending every session that is left.
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Key=value form; the role is a superuser.
  const std::string& url() const { return url_; }
  const std::string& name() const { return name_; }
  // Runs statements on a connection of their own; for arranging and for counting from outside.
  // Returns the first column of the first row as text; aborts the process when they fail.
  std::string Query(const std::string& sql) const;
  // What an operator's pg_dump would hold; aborts the process when it fails.
  std::string Dump() const;

 private:
  std::string name_;
  std::string url_;
};

}  // namespace syncline::test
