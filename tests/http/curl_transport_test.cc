#include "http/curl_transport.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "base/status.h"
#include "tests/support/hostile_vendor.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

Request Get(const std::string& url) { return Request{.url = *Url::Parse(url)}; }

absl::StatusOr<Response> Fetch(const std::string& url, const TransportLimits& limits = {}) {
  return test::MakeLoopbackTransport()->Send(Get(url), limits, {});
}

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(CurlTransport, KeepsItsConnection) {
  std::mutex mutex;
  std::set<int> ports;
  test::HttpServer server([&](const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex);
    ports.insert(request.remote_port);
    response.set_content("[]", "application/json");
  });
  const auto transport = test::MakeLoopbackTransport();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(transport->Send(Get(server.origin()), {}, {}).ok());
  EXPECT_EQ(ports.size(), 1U);
}

// Signatures over the URL depend on it.
TEST(CurlTransport, SendsTheUrlByteForByte) {
  std::string target;
  test::HttpServer server([&](const httplib::Request& request, httplib::Response& response) {
    target = request.target;
    response.set_content("[]", "application/json");
  });
  const auto transport = test::MakeLoopbackTransport();
  for (const char* sent :
       {"/", "/a%2fb%2FC", "/%7e~", "//a//b/", "/a/%2e%2E/b", "/a:b@c;d=e,f'(g)*!$&+h", "/?a",
        "/?a=", "/?b=2&a=1&a=0", "/?x=%3a:/@+%2B%20", "/?q=[1]&&r={}", "/a%20b?c=%C3%A9",
        "/%25?%25=%00"}) {
    const Request request = Get(server.origin() + sent);
    target.clear();
    ASSERT_TRUE(transport->Send(request, {}, {}).ok()) << sent;
    EXPECT_EQ(server.origin() + target, request.url.ToString());
  }
}

TEST(CurlTransport, UndoesGzipAndLeavesRoomForTheParser) {
  const std::string text(300'000, 'j');
  test::HttpServer server([&](const httplib::Request& request, httplib::Response& response) {
    EXPECT_EQ(request.get_header_value("Accept-Encoding"), "gzip");
    response.set_content(text, "application/json");  // the server compresses this type
  });
  const auto response = Fetch(server.origin());
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_EQ(response->headers.Find("Content-Encoding"), "gzip");
  EXPECT_EQ(response->body, text);
  EXPECT_GE(response->body.capacity(), text.size() + 64);
}

TEST(CurlTransport, RefusesAGzipBombInBoundedMemory) {
  test::HttpServer server(test::hostile::GzipBomb(std::size_t{1} << 30));
  const std::size_t before = ResidentBytes();
  const auto response = Fetch(server.origin());
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kResponseTooLarge);
  EXPECT_NE(base::MessageOf(response.status()).find("decompresses"), std::string::npos);
  EXPECT_LT(ResidentBytes(), before + (std::size_t{128} << 20));
}

// A gzip header may hold a comment of any length: nothing of it is ever decoded.
TEST(CurlTransport, RefusesTooManyCompressedBytes) {
  std::string gzip("\x1F\x8B\x08\x10\0\0\0\0\0\x03", 10);
  gzip.append(std::size_t{1} << 20, 'c');
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Encoding", "gzip");
    response.set_content(gzip, "application/octet-stream");
  });
  const auto response = Fetch(server.origin(), {.body_bytes_max = 64 * 1024});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kResponseTooLarge);
}

TEST(CurlTransport, ABodyOfExactlyTheLimitIsTaken) {
  std::string body;
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, "application/octet-stream");
  });
  body.assign(1'000, 'x');
  EXPECT_TRUE(Fetch(server.origin(), {.body_bytes_max = 1'000}).ok());
  body.assign(1'001, 'x');
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin(), {.body_bytes_max = 1'000}).status()),
            base::Reason::kResponseTooLarge);
}

TEST(CurlTransport, NamesACutOffBody) {
  test::HttpServer server(test::hostile::TruncatedBody(10'000));
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin()).status()), base::Reason::kBodyTruncated);
}

TEST(CurlTransport, NamesAChunkedBodyWithoutItsEnd) {
  test::HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("application/json",
                                          [](std::size_t offset, httplib::DataSink& sink) {
                                            if (offset > 0)
                                              return false;  // hangs up instead of the last chunk
                                            return sink.write("[1,2,3", 6);
                                          });
  });
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin()).status()), base::Reason::kBodyTruncated);
}

TEST(CurlTransport, CutsAnEndlessBodyInBoundedMemory) {
  constexpr std::size_t kGigabyte = std::size_t{1} << 30;
  std::atomic<std::size_t> sent = 0;
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider(
        "application/json", [&](std::size_t, httplib::DataSink& sink) {
          static const std::string part(std::size_t{1} << 20, ' ');
          sent += part.size();
          if (sent > kGigabyte) sink.done();
          return sink.write(part.data(), part.size());
        });
  });
  const std::size_t before = ResidentBytes();
  const auto response = Fetch(server.origin());
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kResponseTooLarge);
  EXPECT_LT(sent, std::size_t{256} << 20) << "cut at the cap, not at the end";
  EXPECT_LT(ResidentBytes(), before + (std::size_t{160} << 20));
}

TEST(CurlTransport, RefusesAnAnnouncedSizeBeforeTheBody) {
  test::HttpServer server(test::hostile::TruncatedBody(10'000));
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin(), {.body_bytes_max = 9'999}).status()),
            base::Reason::kResponseTooLarge);
}

TEST(CurlTransport, RefusesTooManyHeaders) {
  test::HttpServer server([](const httplib::Request&, httplib::Response& response) {
    for (int i = 0; i < 300; ++i) response.set_header("X-" + std::to_string(i), "v");
  });
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin()).status()), base::Reason::kResponseTooLarge);
  EXPECT_TRUE(Fetch(server.origin(), {.header_lines_max = 400}).ok());
  EXPECT_EQ(
      base::ReasonOf(
          Fetch(server.origin(), {.header_bytes_max = 500, .header_lines_max = 400}).status()),
      base::Reason::kResponseTooLarge);
}

TEST(CurlTransport, GivesUpAVendorThatNeverAnswers) {
  test::Gate gate;
  test::HttpServer server(test::hostile::Hang(gate));
  const test::Gate::Opener opener(gate);
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin(), {.total_timeout = milliseconds(50)}).status()),
            base::Reason::kVendorTimeout);
}

TEST(CurlTransport, GivesUpAVendorThatDoesNotBeginToAnswer) {
  test::Gate gate;
  test::HttpServer server(test::hostile::Hang(gate));
  const test::Gate::Opener opener(gate);
  const auto response = Fetch(server.origin(), {.first_byte_timeout = milliseconds(50)});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kVendorTimeout);
  EXPECT_NE(base::MessageOf(response.status()).find("did not begin"), std::string::npos);
}

TEST(CurlTransport, ABegunAnswerIsNotHeldToTheTimeOfItsFirstByte) {
  test::Gate gate;
  test::HttpServer server(test::hostile::OneByte(gate));
  const test::Gate::Opener opener(gate);
  const auto response = Fetch(server.origin(), {.total_timeout = milliseconds(2'500),
                                                .first_byte_timeout = milliseconds(1'000)});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kVendorTimeout);
  EXPECT_EQ(base::MessageOf(response.status()).find("did not begin"), std::string::npos);
}

TEST(CurlTransport, GivesUpABodyThatDoesNotFlow) {
  test::Gate gate;
  test::HttpServer server(test::hostile::OneByte(gate));
  const test::Gate::Opener opener(gate);
  const auto response = Fetch(server.origin(), {.slow_time = std::chrono::seconds(1)});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kVendorTimeout);
}

TEST(CurlTransport, AStopEndsARunningExchangeAtOnce) {
  std::atomic<bool> arrived = false;
  test::Gate gate;
  test::HttpServer server([&](const httplib::Request&, httplib::Response&) {
    arrived = true;
    arrived.notify_all();
    gate.Wait();
  });
  const test::Gate::Opener opener(gate);
  std::stop_source stop;
  const std::jthread stopper([&] {
    arrived.wait(false);
    stop.request_stop();
  });
  const auto response =
      test::MakeLoopbackTransport()->Send(Get(server.origin()), {}, stop.get_token());
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kCancelled);
}

TEST(CurlTransport, NamesAVendorThatIsNotThere) {
  const int unused = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);  // bound, not listening
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(unused, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(unused, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto response =
      Fetch("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/?key=sentinel");
  close(unused);
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kVendorUnreachable);
  EXPECT_EQ(base::MessageOf(response.status()).find("sentinel"), std::string::npos);
}

// A retry has to find a handle that works: fault 47's DNS error is one of those that pass.
TEST(CurlTransport, ANameThatDoesNotResolveSpoilsNoLaterRequest) {
  test::HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("[]", "application/json");
  });
  const auto transport = test::MakeLoopbackTransport();
  for (int i = 0; i < 3; ++i) {
    const auto response = transport->Send(Get("http://vendor.invalid/"), {}, {});
    EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kVendorUnreachable)
        << i << ": " << response.status().ToString();
  }
  const auto response = transport->Send(Get(server.origin()), {}, {});
  EXPECT_TRUE(response.ok()) << base::MessageOf(response.status());
}

TEST(CurlTransport, FollowsNoRedirectAndNoProxyOfTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  std::atomic<int> count = 0;
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    ++count;
    response.set_redirect("/elsewhere");
  });
  const auto response = Fetch(server.origin());
  unsetenv("http_proxy");
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(count, 1);
}

TEST(CurlTransport, TrustsOnlyKnownAuthorities) {
  const std::string file =
      testing::TempDir() + "curl_transport_test." + std::to_string(getpid()) + ".pem";
  test::HttpServer server(
      [](const httplib::Request&, httplib::Response& response) {
        response.set_content("[]", "application/json");
      },
      file);
  EXPECT_EQ(base::ReasonOf(Fetch(server.origin()).status()), base::Reason::kVendorTls);
  const auto trusted =
      test::MakeLoopbackTransport({.ca_file = file})->Send(Get(server.origin()), {}, {});
  EXPECT_TRUE(trusted.ok()) << base::MessageOf(trusted.status());
  unlink(file.c_str());
}

TEST(CurlTransport, LetsNobodySmuggleInAHeader) {
  Request request = Get("http://127.0.0.1:1/");
  request.headers.Add("X-A", "1\r\nX-B: 2");
  const auto response = test::MakeLoopbackTransport()->Send(request, {}, {});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kInvalidArgument);
}

}  // namespace
}  // namespace syncline::http
