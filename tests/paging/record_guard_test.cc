#include "paging/record_guard.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::paging {
namespace {

base::Hash128 HashOf(const std::string& text) { return base::HashBytes(text); }

// Feeds pages of records "key:content" and numbers them.
class Feeder {
 public:
  absl::Status Page(const std::vector<std::string>& records, bool begins = false,
                    bool duplicates = false) {
    std::vector<base::Hash128> keys;
    std::vector<base::Hash128> contents;
    for (const std::string& record : records) {
      keys.push_back(HashOf(record.substr(0, record.find(':'))));
      contents.push_back(HashOf(record));
    }
    return guard_.Observe({++page_, begins, duplicates, keys, contents});
  }
  std::int64_t new_count() const { return guard_.new_count(); }

 private:
  RecordGuard guard_;
  std::int64_t page_ = 0;
};

void ExpectLoop(const absl::Status& status, const char* page) {
  ASSERT_EQ(base::ReasonOf(status), base::Reason::kPaginationLoop);
  EXPECT_EQ(base::MetadataOf(status).at("repeats"), "records");
  EXPECT_EQ(base::MetadataOf(status).at("page"), page);
}

TEST(RecordGuard, CountsWhatIsNew) {
  Feeder feeder;
  ASSERT_TRUE(feeder.Page({"a:1", "b:1"}).ok());
  EXPECT_EQ(feeder.new_count(), 2);
  ASSERT_TRUE(feeder.Page({"b:1", "c:1"}).ok());
  EXPECT_EQ(feeder.new_count(), 1);
  ASSERT_TRUE(feeder.Page({"a:2", "c:1"}).ok()) << "a changed while the list was walked";
  EXPECT_EQ(feeder.new_count(), 1);
}

TEST(RecordGuard, EndsAWalkThatShufflesTheSameRecords) {
  Feeder feeder;
  ASSERT_TRUE(feeder.Page({"a:1", "b:1", "c:1"}).ok());
  ASSERT_TRUE(feeder.Page({"b:1", "a:1", "c:1"}).ok());
  ASSERT_TRUE(feeder.Page({"c:1", "a:1"}).ok());
  const absl::Status loop = feeder.Page({"a:1", "c:1", "b:1"});
  ExpectLoop(loop, "4");
  EXPECT_EQ(
      base::MessageOf(loop),
      "Pages 2 to 4 bring no record that was not there before: the vendor goes in a circle, or "
      "ignores the paging parameters.");
}

TEST(RecordGuard, EndsAWalkWhoseRecordsCarryTheTimeOfDay) {
  Feeder feeder;
  for (int page = 0; page < 4; ++page) {
    const std::string first = page % 2 == 0 ? "a" : "c";
    const std::string second = page % 2 == 0 ? "b" : "d";
    const std::string at = ":" + std::to_string(page);
    ASSERT_TRUE(feeder.Page({first + at, second + at}).ok()) << page;
  }
  const absl::Status loop = feeder.Page({"a:5", "b:5"});
  ExpectLoop(loop, "5");
  EXPECT_EQ(base::MetadataOf(loop).at("equals"), "3");
  EXPECT_EQ(base::MetadataOf(loop).at("period"), "2");
}

TEST(RecordGuard, LetsListsBeWhereManyRecordsMakeOneObject) {
  Feeder feeder;
  for (int page = 0; page < 10; ++page) {
    ASSERT_TRUE(feeder.Page({"chrome:1"}).ok()) << "one record a page";
    ASSERT_TRUE(feeder.Page({"chrome:1", "word:1"}, false, true).ok()) << "keys came twice";
    ASSERT_TRUE(feeder.Page({}).ok()) << "nothing but rejects";
  }
}

TEST(RecordGuard, StalePagesThatAreFewOrApartAreNone) {
  Feeder feeder;
  ASSERT_TRUE(feeder.Page({"a:1", "b:1"}).ok());
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(feeder.Page({"b:1", "a:1"}).ok());
    ASSERT_TRUE(feeder.Page({"a:1", "b:1"}).ok());
    ASSERT_TRUE(feeder.Page({"n" + std::to_string(round) + ":1", "a:1"}).ok()) << "one is new";
  }
}

TEST(RecordGuard, AnotherListMayHoldTheSameRecords) {
  Feeder feeder;
  for (int list = 0; list < 10; ++list) {
    ASSERT_TRUE(feeder.Page({"a:1", "b:1"}, true).ok());
    ASSERT_TRUE(feeder.Page({"c:1", "d:1"}).ok());
  }
}

TEST(RecentHashes, RemembersTheLatestAndForgetsTheOldest) {
  RecentHashes hashes;
  const int count = 4 * static_cast<int>(RecentHashes::kRememberedMax);
  for (int i = 0; i < count; ++i) ASSERT_TRUE(hashes.Add(HashOf(std::to_string(i))));
  const int remembered = static_cast<int>(RecentHashes::kRememberedMax);
  EXPECT_TRUE(hashes.Add(HashOf("0"))) << "forgotten";
  for (int i = count - 1; i > count - remembered; --i) {
    ASSERT_FALSE(hashes.Add(HashOf(std::to_string(i)))) << i;
  }
}

TEST(RecentHashes, RemembersEverythingOfAShortList) {
  RecentHashes hashes;
  for (int i = 0; i < 1'024; ++i) ASSERT_TRUE(hashes.Add(HashOf(std::to_string(i))));
  for (int i = 0; i < 1'024; ++i) ASSERT_FALSE(hashes.Add(HashOf(std::to_string(i)))) << i;
}

}  // namespace
}  // namespace syncline::paging
