// Partitions that are walked at the same time: how many, in which order, and how far ahead.
#include "pull/lane.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

constexpr char kThreeSites[] =
    "request { url: 'http://v.example/{{parent}}' } pagination { limit_page { limit: 1 } } "
    "fan_out { parallel_count: 3 levels { name: 'site' values { "
    "values { string_value: 'a' } values { string_value: 'b' } values { string_value: 'c' } "
    "values { string_value: 'd' } } } }";

// Holds every request until so many are on the wire, or until it is stopped.
class GatheringTransport final : public http::Transport {
 public:
  explicit GatheringTransport(int gathered) : gathered_(gathered) {}

  absl::StatusOr<http::Response> Send(const http::Request&, const http::TransportLimits&,
                                      std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++on_the_wire_);
    if (on_the_wire_ == gathered_) {
      open_ = true;
      changed_.notify_all();
    }
    const bool let_through = changed_.wait(lock, stop, [this] { return open_; });
    --on_the_wire_;
    if (!let_through) return base::Error(base::Reason::kCancelled, "stopped");
    return test::JsonResponse("[]");
  }
  int most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  const int gathered_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int on_the_wire_ = 0;
  int most_ = 0;
  bool open_ = false;
};

class LaneTest : public FanOutTest {};

TEST_F(LaneTest, AsManyPartitionsAreOnTheWireAsTheDefinitionSays) {
  GatheringTransport transport(3);  // with fewer at a time, nothing would ever come back
  EXPECT_EQ(PullAll(*MakePuller(transport, kThreeSites)), "1/a: 2/b: 3/c: 4/d:.");
  EXPECT_EQ(transport.most(), 3);
}

TEST_F(LaneTest, WhoeverIsAheadWaitsWithOnePage) {
  for (const std::string site : {"/a", "/b", "/c", "/d"}) {
    for (const char* page : {"1", "2", "3"}) {
      answers_[site + "?limit=1&page=" + page] = std::string(R"([{"id":)") + page + "}]";
    }
    answers_[site + "?limit=1&page=4"] = "[]";
  }
  const auto puller = MakePuller(vendor_, kThreeSites);
  const auto asked_of = [&](const std::string& site) {
    const std::vector<std::string> asked = Asked();
    return std::ranges::count_if(asked, [&](const auto& one) { return one.starts_with(site); });
  };
  for (const char* page : {"1/a:1", "2/a:2", "3/a:3", "4/a:"}) {
    EXPECT_LE(asked_of("/b"), 1) << page;
    EXPECT_LE(asked_of("/c"), 1) << page;
    EXPECT_EQ(asked_of("/d"), 0) << page;
    EXPECT_EQ(Describe(**puller->Next({})), page);
  }
  EXPECT_EQ(PullAll(*puller),
            "5/b:1 6/b:2 7/b:3 8/b: 9/c:1 10/c:2 11/c:3 12/c: 13/d:1 14/d:2 "
            "15/d:3 16/d:.");
  EXPECT_EQ(Asked().size(), 16U) << "nothing is asked for twice";
}

TEST_F(LaneTest, APullerThatGoesAwayGivesUpWhatIsOnTheWire) {
  GatheringTransport transport(100);  // never
  auto puller = MakePuller(transport, kThreeSites);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(base::ReasonOf(puller->Next(stop.get_token()).status()), base::Reason::kCancelled);
  puller.reset();
  EXPECT_LE(transport.most(), 3);
}

}  // namespace
}  // namespace syncline::pull
