// A body that somebody takes while it arrives, over real sockets.
#include "http/body_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "base/clock.h"
#include "base/status.h"
#include "tests/decode/archives.h"
#include "tests/support/hostile_vendor.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

// Takes the first piece, and of the others every `period`th offer.
class PickySink : public BodySink {
 public:
  explicit PickySink(int period = 1) : period_(period) {}
  bool Begin(const Response& head) override {
    heads.push_back(head);
    bytes.clear();
    is_first_ = true;
    return head.status == 200;
  }
  bool Take(std::string_view piece) override {
    if (!std::exchange(is_first_, false) && ++offers_ % period_ != 0) return false;
    bytes += piece;
    return true;
  }
  bool WaitForRoom(std::stop_token stop) override {
    ++waits;
    return !stop.stop_requested();
  }
  std::size_t held_bytes_max() const override { return held; }
  std::size_t bytes_max() const override { return most; }
  std::vector<Response> heads;
  std::string bytes;
  int waits = 0;
  std::size_t held = 0;
  std::size_t most = kBytesMax;

 private:
  const int period_;
  bool is_first_ = false;
  int offers_ = 0;
};

// One that the server does not compress of its own accord.
constexpr char kType[] = "application/x-ndjson";

std::string Body() {
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += std::to_string(i) + ",";
  return body;
}

absl::StatusOr<Response> Fetch(const test::HttpServer& server, BodySink* sink,
                               const TransportLimits& limits = {}) {
  const Request request{.url = *Url::Parse(server.origin() + "/list"), .sink = sink};
  return test::MakeLoopbackTransport()->Send(request, limits, {});
}

TEST(BodySinkTest, GetsEveryByteOnceHoweverOftenItHasNoRoom) {
  const std::string body = Body();
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, kType);
  });
  for (const int period : {1, 2, 3}) {
    PickySink sink(period);
    const auto response = Fetch(server, &sink);
    ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
    EXPECT_TRUE(sink.bytes == body) << sink.bytes.size();
    EXPECT_EQ(response->status, 200);
    EXPECT_TRUE(response->body.empty());
    EXPECT_EQ(sink.waits > 0, period > 1);
    ASSERT_EQ(sink.heads.size(), 1U);
    EXPECT_EQ(sink.heads[0].headers.Find("content-type"), kType);
  }
}

TEST(BodySinkTest, GetsChunkedBodiesAndWhatIsCompressedAsItWasSent) {
  const std::string zipped = decode::Gzip(Body());
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Encoding", "gzip");
    response.set_chunked_content_provider(kType, [&](std::size_t, httplib::DataSink& sink) {
      sink.write(zipped.data(), zipped.size());
      sink.done();
      return true;
    });
  });
  PickySink sink(2);
  const auto response = Fetch(server, &sink);
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_TRUE(sink.bytes == zipped) << sink.bytes.size() << " of " << zipped.size();
}

TEST(BodySinkTest, LeavesWhatItDoesNotWantToTheResponse) {
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.status = 503;
    response.set_header("Content-Encoding", "gzip");
    response.set_content(decode::Gzip("busy"), "text/plain");
  });
  PickySink sink;
  const auto response = Fetch(server, &sink);
  EXPECT_EQ(response->body, "busy");
  EXPECT_TRUE(sink.bytes.empty());
}

TEST(BodySinkTest, IsTheOnlyOneThatIsLargerThanTheLimit) {
  const std::string body = Body();
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, kType);
  });
  PickySink sink;
  const TransportLimits limits{.body_bytes_max = 1'000};
  sink.most = body.size();
  EXPECT_TRUE(Fetch(server, &sink, limits).ok());
  EXPECT_EQ(base::ReasonOf(Fetch(server, nullptr, limits).status()),
            base::Reason::kResponseTooLarge);
  --sink.most;
  EXPECT_EQ(base::ReasonOf(Fetch(server, &sink, limits).status()), base::Reason::kResponseTooLarge);
}

std::string Gzipped(const std::string& text) { return decode::Gzip(text); }

struct HeldCase {
  const char* name;
  bool has_length;
  std::string (*encode)(const std::string&);  // null: not compressed
};

class HeldBodyTest : public testing::TestWithParam<HeldCase> {
 protected:
  static absl::StatusOr<Response> FetchCase(const std::string& body, PickySink* sink) {
    const bool is_encoded = GetParam().encode != nullptr;
    const std::string sent = is_encoded ? GetParam().encode(body) : body;
    test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
      if (is_encoded) response.set_header("Content-Encoding", "gzip");
      if (GetParam().has_length) return response.set_content(sent, kType);
      response.set_chunked_content_provider(kType, [&](std::size_t offset, httplib::DataSink& to) {
        const std::string_view piece = std::string_view(sent).substr(offset, 100'000);
        if (piece.empty()) {
          to.done();
        } else {
          to.write(piece.data(), piece.size());
        }
        return true;
      });
    });
    return Fetch(server, sink, {.body_bytes_max = sink->held});
  }
};

TEST_P(HeldBodyTest, GoesToTheSinkOnceItIsLarger) {
  const std::string body = Body();
  for (const int period : {1, 3}) {
    PickySink sink(period);
    sink.held = body.size() / 2;
    const auto response = FetchCase(body, &sink);
    ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
    EXPECT_TRUE(response->body.empty());
    EXPECT_TRUE(sink.bytes == body) << sink.bytes.size();
    ASSERT_EQ(sink.heads.size(), 1U);
    EXPECT_TRUE(sink.heads[0].body.empty());
  }
}

TEST_P(HeldBodyTest, IsHeldUpToTheLimit) {
  const std::string body = Body();
  PickySink sink;
  sink.held = body.size();
  const auto response = FetchCase(body, &sink);
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_TRUE(response->body == body) << response->body.size();
  EXPECT_TRUE(sink.heads.empty());
}

INSTANTIATE_TEST_SUITE_P(Table, HeldBodyTest,
                         testing::Values(HeldCase{"WithLength", true, nullptr},
                                         HeldCase{"Chunked", false, nullptr},
                                         HeldCase{"Compressed", true, Gzipped},
                                         HeldCase{"CompressedChunked", false, Gzipped}),
                         [](const auto& test) { return test.param.name; });

TEST(BodySinkTest, ABombIsFoundAfterItWasHeld) {
  test::HttpServer server(test::hostile::GzipBomb(std::size_t{64} << 20));
  PickySink sink;
  sink.held = std::size_t{2} << 20;
  EXPECT_EQ(base::ReasonOf(Fetch(server, &sink).status()), base::Reason::kResponseTooLarge);
}

TEST(BodySinkTest, LearnsThatTheBodyBreaksOff) {
  test::HttpServer server(test::hostile::TruncatedBody(100'000));
  PickySink sink;
  EXPECT_EQ(base::ReasonOf(Fetch(server, &sink).status()), base::Reason::kBodyTruncated);
}

// Takes its time once.
class SlowSink final : public PickySink {
 public:
  SlowSink(const base::Clock& clock, milliseconds pause)
      : PickySink(2), clock_(clock), pause_(pause) {}
  bool WaitForRoom(std::stop_token stop) override {
    if (waits == 0) clock_.WaitFor(pause_, stop);
    return PickySink::WaitForRoom(std::move(stop));
  }

 private:
  const base::Clock& clock_;
  const milliseconds pause_;
};

TEST(BodySinkTest, ATimeThatTheReaderTakesIsNotTheVendors) {
  const std::string body = Body();
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, kType);
  });
  const base::SystemClock clock;
  SlowSink sink(clock, milliseconds(2'500));
  const auto response = Fetch(server, &sink,
                              {.total_timeout = milliseconds(500),
                               .slow_bytes_per_second = 100'000'000,
                               .slow_time = std::chrono::seconds(1)});
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_TRUE(sink.bytes == body);
}

TEST(BodySinkTest, AVendorThatStandsStillIsGivenUp) {
  test::Gate gate;
  test::HttpServer server(test::hostile::OneByte(gate));
  const test::Gate::Opener opener(gate);
  PickySink sink;
  EXPECT_EQ(base::ReasonOf(Fetch(server, &sink, {.slow_time = std::chrono::seconds(1)}).status()),
            base::Reason::kVendorTimeout);
}

TEST(BodySinkTest, EndsTheExchangeWhenItWillNeverHaveRoom) {
  class FullSink final : public PickySink {
   public:
    bool Take(std::string_view) override { return false; }
    bool WaitForRoom(std::stop_token) override { return false; }
  };
  const std::string body = Body();
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, kType);
  });
  FullSink sink;
  EXPECT_EQ(base::ReasonOf(Fetch(server, &sink).status()), base::Reason::kCancelled);
}

}  // namespace
}  // namespace syncline::http
