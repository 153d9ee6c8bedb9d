#include "pull/stream_buffer.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/status.h"

namespace syncline::pull {
namespace {

bool Always(const http::Response&) { return true; }

TEST(StreamBufferTest, HandsPiecesOnInTheirOrderAndThenTheEnd) {
  StreamBuffer buffer(Always);
  EXPECT_TRUE(buffer.Begin({.status = 206}));
  EXPECT_TRUE(buffer.Take("one"));
  EXPECT_TRUE(buffer.Take("two"));
  buffer.Finish(http::Response{.status = 206});
  for (const char* piece : {"one", "two", "", ""}) {
    const auto read = buffer.Read({});
    EXPECT_EQ(read->bytes, piece);
    EXPECT_EQ(read->body, 1);
    EXPECT_TRUE(read->streamed);
  }
  EXPECT_EQ(buffer.head().status, 206);
}

TEST(StreamBufferTest, HoldsAMegabyteAndNoMore) {
  StreamBuffer buffer(Always);
  buffer.Begin({});
  const std::string piece(StreamBuffer::kBytesMax / 4, 'x');
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(buffer.Take(piece));
  EXPECT_FALSE(buffer.Take("y"));
  EXPECT_FALSE(buffer.WaitForRoom([] {
    std::stop_source stopped;
    stopped.request_stop();
    return stopped.get_token();
  }()));
  std::jthread reader([&] {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(buffer.Read({}).ok());
  });
  EXPECT_TRUE(buffer.WaitForRoom({}));
  EXPECT_TRUE(buffer.Take("y"));
  StreamBuffer empty(Always);
  empty.Begin({});
  EXPECT_TRUE(empty.Take(std::string(2 * StreamBuffer::kBytesMax, 'x'))) << "one always fits";
}

TEST(StreamBufferTest, ForgetsABodyWhenAnotherBegins) {
  StreamBuffer buffer([](const http::Response& head) { return head.status == 200; });
  buffer.Begin({.status = 200});
  buffer.Take("half");
  buffer.Begin({.status = 200});
  buffer.Take("whole");
  EXPECT_EQ(buffer.Read({})->bytes, "whole");
  buffer.Take("left over");
  EXPECT_FALSE(buffer.Begin({.status = 404}));
  buffer.Finish(http::Response{.status = 404, .body = "gone"});
  const auto read = buffer.Read({});
  EXPECT_EQ(read->body, 3);
  EXPECT_FALSE(read->streamed);
  EXPECT_TRUE(read->bytes.empty());
  EXPECT_EQ(buffer.TakeResponse().body, "gone");
}

TEST(StreamBufferTest, EndsWithTheErrorOfTheExchange) {
  StreamBuffer buffer(Always);
  buffer.Begin({});
  buffer.Take("half");
  buffer.Finish(base::Error(base::Reason::kBodyTruncated, "no"));
  EXPECT_EQ(buffer.Read({})->bytes, "half") << "what came is not thrown away";
  EXPECT_EQ(base::ReasonOf(buffer.Read({}).status()), base::Reason::kBodyTruncated);
}

// A small answer to another try must not pass for the end of the body before it.
TEST(StreamBufferTest, OnceABodyIsStreamedEveryLaterOneBegins) {
  StreamBuffer buffer([](const http::Response& head) { return head.status == 200; },
                      {.held_bytes_max = 100});
  EXPECT_EQ(buffer.held_bytes_max(), 100U);
  EXPECT_FALSE(buffer.Begin({.status = 503}));
  EXPECT_EQ(buffer.held_bytes_max(), 100U);
  EXPECT_TRUE(buffer.Begin({.status = 200}));
  EXPECT_EQ(buffer.held_bytes_max(), 0U);
  EXPECT_FALSE(buffer.Begin({.status = 404}));
  EXPECT_EQ(buffer.held_bytes_max(), 0U);
}

TEST(StreamBufferTest, StopsWaiting) {
  StreamBuffer buffer(Always);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(base::ReasonOf(buffer.Read(stop.get_token()).status()), base::Reason::kCancelled);
}

}  // namespace
}  // namespace syncline::pull
