#include "pull/list_position.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::pull {
namespace {

TEST(ListPositionTest, StandsAroundTheCheckpointOfPagingOnlyWhereThereIsOne) {
  const std::string paging = R"({"index":3,"cursor":"a"})";
  EXPECT_EQ(WriteListPosition({}, paging), paging);
  for (const ListPosition& position :
       {ListPosition{}, ListPosition{.restarts = 2, .pages_before = 17},
        ListPosition{.stream = {.records = 3'000, .fingerprint = {~0ULL, 7}}}}) {
    std::string inner;
    const auto read = ReadListPosition(WriteListPosition(position, paging), &inner);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, position);
    EXPECT_EQ(inner, paging);
  }
}

TEST(ListPositionTest, RefusesWhatIsNotItsOwn) {
  for (const char* text :
       {"", "x", R"({"list":{}})", R"({"list":{"restarts":1,"pages":2}})",
        R"({"list":{"restarts":1,"pages":2,"records":3,"high":-1,"low":2},"paging":{}})",
        R"({"list":{"restarts":1,"pages":2,"records":3,"high":1},"paging":{}})"}) {
    std::string inner;
    EXPECT_EQ(base::ReasonOf(ReadListPosition(text, &inner).status()), base::Reason::kInternal)
        << text;
  }
}

}  // namespace
}  // namespace syncline::pull
