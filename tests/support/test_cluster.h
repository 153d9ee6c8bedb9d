#pragma once

#include <sys/types.h>

#include <string>

namespace syncline::test {

// The private PostgreSQL cluster of one test process; see TestDatabase. A shell stands between: it
// owns the server and the folder, and ends both as soon as the pipe from this process closes, which
// the kernel does whichever way the process dies.
class TestCluster {
 public:
  // Starts on first use; aborts with the reason when that fails.
  static TestCluster& Get();
  // Folder of the binaries; empty when there are none.
  static std::string BinaryFolder();

  std::string Url(const std::string& database) const;
  // The first column of the first row of the last result as text; aborts when it fails.
  std::string Query(const std::string& database, const std::string& sql) const;

  // What pg_dump writes of the database, structure and rows; aborts when it fails.
  std::string Dump(const std::string& database) const;

  ~TestCluster();
  TestCluster(const TestCluster&) = delete;
  TestCluster& operator=(const TestCluster&) = delete;

 private:
  TestCluster();
  void AwaitReady() const;

  std::string folder_;  // short: a socket's path has at most 107 bytes
  int lifeline_ = -1;   // write end of the pipe
  pid_t keeper_ = -1;
};

}  // namespace syncline::test
