#include "tests/support/test_database.h"

#include <fmt/format.h>

#include <atomic>
#include <set>

#include "tests/support/test_cluster.h"

namespace syncline::test {
namespace {

std::string NextName() {
  static std::atomic<int> count = 0;
  return fmt::format("test_{}", ++count);
}

}  // namespace

bool TestDatabase::Available() { return !TestCluster::BinaryFolder().empty(); }

TestDatabase::TestDatabase() : name_(NextName()) {
  const TestCluster& cluster = TestCluster::Get();
  cluster.Query("postgres", fmt::format("CREATE DATABASE {}", name_));
  url_ = cluster.Url(name_);
}

TestDatabase::TestDatabase(std::string_view template_name,
                           const std::function<void(const std::string& url)>& prepare)
    : name_(NextName()) {
  static std::set<std::string, std::less<>> prepared;
  const TestCluster& cluster = TestCluster::Get();
  if (!prepared.contains(template_name)) {
    cluster.Query("postgres", fmt::format("CREATE DATABASE {}", template_name));
    prepare(cluster.Url(std::string(template_name)));
    prepared.emplace(template_name);
  }
  cluster.Query("postgres", fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, template_name));
  url_ = cluster.Url(name_);
}

TestDatabase::~TestDatabase() {
  TestCluster::Get().Query("postgres",
                           fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
}

std::string TestDatabase::Query(const std::string& sql) const {
  return TestCluster::Get().Query(name_, sql);
}

std::string TestDatabase::Dump() const { return TestCluster::Get().Dump(name_); }

}  // namespace syncline::test
