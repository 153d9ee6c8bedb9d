#include "pull/answers_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/status.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;

paging::PageRequest Page(int index) {
  return {.query = {{"page", std::to_string(index)}}, .scope = {.index = index}};
}
std::vector<paging::PageRequest> Pages(int first, int count) {
  std::vector<paging::PageRequest> pages;
  for (int i = 0; i < count; ++i) pages.push_back(Page(first + i));
  return pages;
}

// A vendor whose answers wait until the test lets them go. Safe for concurrent use.
class HeldVendor {
 public:
  AnswersAhead::Fetch Fetch() {
    return [this](const paging::PageRequest& page, std::stop_token stop) -> absl::StatusOr<Answer> {
      std::unique_lock lock(mutex_);
      const int index = static_cast<int>(page.scope.index);
      asked_.push_back(index);
      ++on_wire_;
      most_on_wire_ = std::max(most_on_wire_, on_wire_);
      changed_.notify_all();
      const bool released = changed_.wait(lock, stop, [&] { return open_ || Released(index); });
      --on_wire_;
      changed_.notify_all();
      if (!released) {
        given_up_.push_back(index);
        return base::Error(base::Reason::kCancelled, "given up");
      }
      if (index == fails_) return base::Error(base::Reason::kVendorTimeout, "too late");
      return Answer{.status = 200 + index, .body_bytes = body_bytes_};
    };
  }
  void Release(int index) {
    std::lock_guard lock(mutex_);
    released_.push_back(index);
    changed_.notify_all();
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void SetBodyBytes(std::int64_t bytes) {
    std::lock_guard lock(mutex_);
    body_bytes_ = bytes;
  }
  void FailAt(int index) {
    std::lock_guard lock(mutex_);
    fails_ = index;
  }
  // Waits until so many were asked for; what they were, in order of page.
  std::vector<int> WaitForAsked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, std::stop_token(), [&] { return asked_.size() >= count; });
    std::vector<int> asked = asked_;
    std::ranges::sort(asked);
    return asked;
  }
  void WaitForGivenUp(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, std::stop_token(), [&] { return given_up_.size() >= count; });
  }
  std::vector<int> given_up() {
    std::lock_guard lock(mutex_);
    std::ranges::sort(given_up_);
    return given_up_;
  }
  std::size_t asked_count() {
    std::lock_guard lock(mutex_);
    return asked_.size();
  }
  int most_on_wire() {
    std::lock_guard lock(mutex_);
    return most_on_wire_;
  }

 private:
  bool Released(int index) { return std::ranges::count(released_, index) > 0; }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<int> asked_;
  std::vector<int> released_;
  std::vector<int> given_up_;
  int on_wire_ = 0;
  int most_on_wire_ = 0;
  int fails_ = -1;
  bool open_ = false;
  std::int64_t body_bytes_ = 1;
};

TEST(AnswersAhead, HandsOutInOrderWhateverComesFirst) {
  HeldVendor vendor;
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 3});
  std::jthread release([&] {
    EXPECT_THAT(vendor.WaitForAsked(3), ElementsAre(0, 1, 2));
    vendor.Release(2);
    vendor.Release(1);
    // A fourth one goes out although the first has not come.
    EXPECT_THAT(vendor.WaitForAsked(5), ElementsAre(0, 1, 2, 3, 4));
    vendor.Open();
  });
  for (int page = 0; page < 8; ++page) {
    const auto answer = answers.Take(Page(page), Pages(page + 1, std::min(6, 7 - page)), {});
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->status, 200 + page);
  }
  EXPECT_EQ(vendor.asked_count(), 8U) << "each page once";
  EXPECT_LE(vendor.most_on_wire(), 3);
}

TEST(AnswersAhead, WithoutAGuessItAsksByItself) {
  HeldVendor vendor;
  vendor.Open();
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 1});
  EXPECT_EQ(answers.Take(Page(4), {}, {})->status, 204);
}

TEST(AnswersAhead, DropsWhatIsNotExpectedAnyMore) {
  HeldVendor vendor;
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 3});
  std::jthread release([&] {
    vendor.WaitForAsked(3);
    vendor.Release(0);
  });
  ASSERT_TRUE(answers.Take(Page(0), Pages(1, 2), {}).ok());
  // The page came short: others follow than 1 and 2.
  std::jthread rest([&] {
    vendor.WaitForGivenUp(2);
    vendor.Open();
  });
  EXPECT_EQ(answers.Take(Page(10), Pages(11, 2), {})->status, 210);
  EXPECT_THAT(vendor.given_up(), ElementsAre(1, 2));
}

TEST(AnswersAhead, AFailureIsTheTurnOfItsPageAndMayBeTriedAgain) {
  HeldVendor vendor;
  vendor.Open();
  vendor.FailAt(1);
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 2});
  EXPECT_TRUE(answers.Take(Page(0), Pages(1, 2), {}).ok());
  EXPECT_EQ(base::ReasonOf(answers.Take(Page(1), Pages(2, 1), {}).status()),
            base::Reason::kVendorTimeout);
  vendor.FailAt(-1);
  EXPECT_EQ(answers.Take(Page(1), Pages(2, 1), {})->status, 201);
  EXPECT_EQ(answers.Take(Page(2), {}, {})->status, 202);
}

TEST(AnswersAhead, HoldsNoMoreThanItMay) {
  HeldVendor vendor;
  vendor.Open();
  vendor.SetBodyBytes(40);
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 4, .body_bytes_max = 100});
  // What an answer holds is known after the first.
  ASSERT_TRUE(answers.Take(Page(0), {}, {}).ok());
  for (int page = 1; page < 20; ++page) {
    ASSERT_TRUE(answers.Take(Page(page), Pages(page + 1, 8), {}).ok());
    // Those that were taken, the one that is next, and one more: two of 40 bytes are within 100.
    EXPECT_LE(vendor.asked_count(), static_cast<std::size_t>(page) + 3);
  }
}

TEST(AnswersAhead, EndsWhenStopped) {
  HeldVendor vendor;
  AnswersAhead answers(vendor.Fetch(), {.parallel_count = 2});
  std::stop_source stop;
  std::jthread stopper([&] {
    vendor.WaitForAsked(2);
    stop.request_stop();
  });
  EXPECT_EQ(base::ReasonOf(answers.Take(Page(0), Pages(1, 2), stop.get_token()).status()),
            base::Reason::kCancelled);
}  // and its destructor gives up what is on the wire

}  // namespace
}  // namespace syncline::pull
