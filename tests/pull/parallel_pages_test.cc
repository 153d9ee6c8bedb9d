// Pages on the wire in parallel: the run sees what it would have seen without.

#include <gmock/gmock.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "http/query.h"
#include "pull/puller.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using test::JsonResponse;
using test::ScriptedTransport;

constexpr int kRecords = 23;

// A list of kRecords records by offset. Safe for concurrent use.
class ListVendor {
 public:
  // No answer goes out before so many requests were on the wire at once.
  explicit ListVendor(int at_once) : at_once_(at_once) {}

  http::Response Answer(const http::Request& request) {
    std::int64_t offset = 0;
    std::int64_t limit = 0;
    for (const auto& [name, value] : http::ParseQuery(request.url.query)) {
      if (name == "offset") offset = std::stoll(value);
      if (name == "limit") limit = std::stoll(value);
    }
    std::unique_lock lock(mutex_);
    ++asked_[offset];
    if (offset > 0) {  // the first page goes alone
      ++on_wire_;
      most_on_wire_ = std::max(most_on_wire_, on_wire_);
      changed_.notify_all();
      changed_.wait(lock, [&] { return most_on_wire_ >= at_once_; });
      --on_wire_;
    }
    if (offset == short_at) limit = 1;
    std::string items;
    for (std::int64_t id = offset; id < std::min<std::int64_t>(offset + limit, kRecords); ++id) {
      items += (items.empty() ? "" : ",") + (R"({"id":)" + std::to_string(id) + "}");
    }
    return JsonResponse(R"({"total":)" + std::to_string(kRecords) + R"(,"items":[)" + items + "]}");
  }
  std::map<std::int64_t, int> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  int most_on_wire() {
    std::lock_guard lock(mutex_);
    return most_on_wire_;
  }

  std::int64_t short_at = -1;  // the page there holds one record

 private:
  const int at_once_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, int> asked_;
  int on_wire_ = 0;
  int most_on_wire_ = 0;
};

constexpr char kParallel[] = R"(
    request { url: 'http://v.example/' } records: 'items'
    pagination { limit_offset { limit: 2 } total: 'response.total' parallel_page_count: 4 })";

std::string AllIds() {
  std::string ids;
  for (int id = 0; id < kRecords; ++id) ids += (id == 0 ? "" : ",") + std::to_string(id);
  return ids;
}

class ParallelPagesTest : public PullerTest {};

TEST_F(ParallelPagesTest, ComeInOrderAndEachIsAskedForOnce) {
  ListVendor vendor(4);
  ScriptedTransport transport([&](const http::Request& request) { return vendor.Answer(request); });
  const auto puller = MakePuller(transport, kParallel);
  EXPECT_EQ(*PullIds(*puller), AllIds());
  EXPECT_EQ(vendor.most_on_wire(), 4) << "no more, and so many";
  for (const auto& [offset, count] : vendor.asked()) EXPECT_EQ(count, 1) << offset;
  EXPECT_EQ(vendor.asked().size(), 12U);
}

TEST_F(ParallelPagesTest, APageThatComesShortLosesNothing) {
  ListVendor vendor(1);
  vendor.short_at = 6;
  ScriptedTransport transport([&](const http::Request& request) { return vendor.Answer(request); });
  const auto puller = MakePuller(transport, kParallel);
  EXPECT_EQ(*PullIds(*puller), AllIds());
}

TEST_F(ParallelPagesTest, GoesOnAfterAnyPage) {
  std::string checkpoint;
  std::string ids;
  for (int page = 0; page < 12; ++page) {
    ListVendor vendor(1);
    ScriptedTransport transport(
        [&](const http::Request& request) { return vendor.Answer(request); });
    const auto puller = MakePuller(transport, kParallel);
    ASSERT_TRUE(puller->Resume(page, checkpoint).ok());
    const auto next = puller->Next({});
    ASSERT_TRUE(next.ok()) << base::MessageOf(next.status());
    (*next)->records.ForEachElement([&](const expression::Value& record) {
      ids += (ids.empty() ? "" : ",") + std::string(record.Find("id").text());
    });
    checkpoint = (*next)->checkpoint;
    EXPECT_EQ((*next)->last, page == 11);
  }
  EXPECT_EQ(ids, AllIds());
}

TEST_F(ParallelPagesTest, AFailureComesWhenItsPageDoes) {
  ListVendor vendor(1);
  ScriptedTransport transport([&](const http::Request& request) {
    const bool broken = request.url.query.ends_with("offset=8");
    return broken ? JsonResponse("{}", 404) : vendor.Answer(request);
  });
  const auto puller = MakePuller(transport, kParallel);
  for (int page = 0; page < 4; ++page) ASSERT_TRUE(puller->Next({}).ok()) << page;
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kVendorError);
}

TEST_F(ParallelPagesTest, TheSignInIsAskedByOneRequestAtATime) {
  SignFor({"v.example"});
  ListVendor vendor(4);
  ScriptedTransport transport([&](const http::Request& request) {
    EXPECT_EQ(request.headers.Find("X-Key"), "sentinel");
    return vendor.Answer(request);
  });
  const auto puller = MakePuller(transport, kParallel);
  EXPECT_EQ(*PullIds(*puller), AllIds());
}

}  // namespace
}  // namespace syncline::pull
