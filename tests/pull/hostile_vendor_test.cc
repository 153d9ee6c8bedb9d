// A vendor at its worst, over real sockets through the production path: each case ends in the named
// error, soon, and in bounded memory.
#include "tests/support/hostile_vendor.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <fstream>
#include <map>

#include "tests/pull/puller_fixture.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::pull {
namespace {

using test::HttpServer;

void Json(httplib::Response& response, const std::string& body) {
  response.set_content(body, "application/json");
}

// A sanitizer's own memory counts as the process's.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kGrowthMax = std::size_t{640} << 20;
#else
constexpr std::size_t kGrowthMax = std::size_t{160} << 20;
#endif

std::size_t PeakBytes() {
  std::ifstream file("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (file >> word && word != "VmHWM:") {
  }
  file >> kilobytes;
  return kilobytes * 1024;
}

class HostileVendorTest : public PullerTest {
 protected:
  absl::StatusOr<std::string> Pull(const HttpServer& server, const std::string& more) {
    const auto transport = test::MakeLoopbackTransport();
    const auto puller =
        MakePuller(*transport, "request { url: '" + server.origin() + "/items' } " + more);
    return PullIds(*puller);
  }
  void ExpectReason(const absl::StatusOr<std::string>& outcome, base::Reason expected) {
    ASSERT_FALSE(outcome.ok()) << *outcome;
    EXPECT_EQ(base::ReasonName(base::ReasonOf(outcome.status())), base::ReasonName(expected))
        << base::MessageOf(outcome.status());
  }
};

constexpr char kOnce[] = "limits { attempt_count_max: 1 }";

TEST_F(HostileVendorTest, RepeatedPage) {
  HttpServer server([](const httplib::Request&, httplib::Response& response) {
    Json(response, R"([{"id":"1"},{"id":"2"}])");  // whatever page is asked for
  });
  const auto outcome = Pull(server, "pagination { limit_page { limit: 2 } }");
  ExpectReason(outcome, base::Reason::kPaginationLoop);
  EXPECT_EQ(base::MetadataOf(outcome.status()).at("page"), "2");
}

TEST_F(HostileVendorTest, EndlessCursorWithTheSamePage) {
  std::atomic<int> count = 0;
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    Json(response, R"({"items":[{"id":"1"}],"next":"t)" + std::to_string(++count) + R"("})");
  });
  ExpectReason(Pull(server,
                    "records: 'items' pagination { cursor { token { "
                    "from: 'response.next' query_parameter: 'after' } } }"),
               base::Reason::kPaginationLoop);
  EXPECT_EQ(count, 2);
}

TEST_F(HostileVendorTest, CursorCycleOfPeriodThree) {
  std::atomic<int> count = 0;
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    const int page = count++;
    Json(response, R"({"items":[{"id":")" + std::to_string(page) + R"("}],"next":"/items?p=)" +
                       std::to_string(page % 3) + R"("})");
  });
  const auto outcome =
      Pull(server, "records: 'items' pagination { cursor { next_url: 'response.next' } }");
  ExpectReason(outcome, base::Reason::kPaginationLoop);
  EXPECT_EQ(base::MetadataOf(outcome.status()).at("period"), "3");
  EXPECT_LE(count, 8);
}

TEST_F(HostileVendorTest, HtmlWithStatus200) {
  HttpServer server(test::hostile::HtmlPage());
  ExpectReason(Pull(server, ""), base::Reason::kUnexpectedContentType);
}

TEST_F(HostileVendorTest, TruncatedBody) {
  HttpServer server(test::hostile::TruncatedBody(10'000));
  ExpectReason(Pull(server, "limits { attempt_count_max: 2 }"), base::Reason::kBodyTruncated);
  EXPECT_EQ(waits_.size(), 1U);
}

TEST_F(HostileVendorTest, GzipBomb) {
  HttpServer server(test::hostile::GzipBomb(std::size_t{1} << 30));
  const std::size_t before = PeakBytes();
  ExpectReason(Pull(server, ""), base::Reason::kResponseTooLarge);
  EXPECT_LT(PeakBytes(), before + kGrowthMax);
}

TEST_F(HostileVendorTest, BodyBeyondThePagesLimit) {
  HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("[" + std::string(5'000, ' ') + "]", "text/json");
  });
  ExpectReason(Pull(server, "limits { page_bytes_max: 4096 }"), base::Reason::kResponseTooLarge);
}

TEST_F(HostileVendorTest, DeepJson) {
  for (const std::size_t depth : {129, 10'000, 100'000}) {
    HttpServer server(test::hostile::DeepJson(depth));
    ExpectReason(Pull(server, ""), base::Reason::kJsonTooDeep);
  }
}

TEST_F(HostileVendorTest, BodyThatDoesNotFlow) {
  test::Gate gate;
  HttpServer server(test::hostile::OneByte(gate));
  const test::Gate::Opener opener(gate);
  ExpectReason(Pull(server, "limits { attempt_count_max: 1 request_timeout { nanos: 100000000 } }"),
               base::Reason::kVendorTimeout);
}

TEST_F(HostileVendorTest, NoAnswerAtAll) {
  test::Gate gate;
  HttpServer server(test::hostile::Hang(gate));
  const test::Gate::Opener opener(gate);
  ExpectReason(Pull(server, "limits { attempt_count_max: 2 request_timeout { nanos: 50000000 } }"),
               base::Reason::kVendorTimeout);
  EXPECT_EQ(waits_.size(), 1U);
}

TEST_F(HostileVendorTest, TroubleThatPasses) {
  std::atomic<int> count = 0;
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    constexpr int kStatuses[] = {500, 502, 503, 504, 200};
    response.status = kStatuses[count++];
    Json(response, response.status == 200 ? R"([{"id":"1"}])" : R"({"error":"trouble"})");
  });
  EXPECT_EQ(*Pull(server, ""), "1");
  ASSERT_EQ(waits_.size(), 4U);
  std::chrono::milliseconds most = http::Backoff().base;
  for (const http::Wait& wait : waits_) {
    EXPECT_EQ(wait.reason, base::Reason::kVendorError);
    EXPECT_LE(wait.delay, most);
    most *= 2;
  }
  EXPECT_NE(waits_[0].delay * 2, waits_[1].delay) << "jitter";
}

TEST_F(HostileVendorTest, TroubleThatStays) {
  for (const int status : {501, 400, 404}) {
    std::atomic<int> count = 0;
    HttpServer server([&](const httplib::Request&, httplib::Response& response) {
      ++count;
      response.status = status;
    });
    const auto outcome = Pull(server, "");
    ExpectReason(outcome, base::Reason::kVendorError);
    EXPECT_EQ(base::MetadataOf(outcome.status()).at("status"), std::to_string(status));
    EXPECT_EQ(count, 1) << status;
  }
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HostileVendorTest, ASignInThatIsRefusedInTheMiddle) {
  std::atomic<int> count = 0;
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    if (count++ > 0) {
      response.status = 401;
      return;
    }
    Json(response, R"({"items":[{"id":"1"}],"next":"/items?after=1"})");
  });
  SignFor({server.origin().substr(7)});
  ExpectReason(Pull(server, "records: 'items' pagination { cursor { next_url: 'response.next' } }"),
               base::Reason::kAuthFailed);
  EXPECT_EQ(count, 3) << "one more try";
  ASSERT_EQ(waits_.size(), 1U);
  EXPECT_EQ(waits_[0].reason, base::Reason::kAuthFailed);
}

TEST_F(HostileVendorTest, ThrottlesInEveryForm) {
  // The clock of the test begins at 2026-01-01T00:00:00Z and moves with each wait.
  const std::vector<const char*> forms = {"soon", "5", "Thu, 01 Jan 2026 00:00:25 GMT",
                                          "Thursday, 01-Jan-26 00:00:45 GMT",
                                          "Thu Jan  1 00:01:05 2026"};
  std::atomic<std::size_t> count = 0;
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    const std::size_t at = count++;
    if (at == forms.size()) return Json(response, R"([{"id":"1"}])");
    response.status = 429;
    response.set_header("Retry-After", forms[at]);
  });
  const base::Time begin = clock_.Now();
  EXPECT_EQ(*Pull(server, "limits { attempt_count_max: 6 }"), "1");
  ASSERT_EQ(waits_.size(), forms.size());
  EXPECT_GE(clock_.Now() - begin, std::chrono::seconds(65));
  for (const http::Wait& wait : waits_) {
    EXPECT_EQ(wait.reason, base::Reason::kVendorThrottled);
  }
}

TEST_F(HostileVendorTest, ThrottlesForLong) {
  HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.status = 429;
    response.set_header("Retry-After", "3600");
  });
  const auto park = http::ParkOf(Pull(server, "").status());
  ASSERT_TRUE(park.has_value()) << "the run gives its worker back";
  EXPECT_EQ(park->wait.reason, base::Reason::kVendorThrottled);
  EXPECT_EQ(park->wait.delay, std::chrono::hours(1));
  EXPECT_EQ(park->wait.next_attempt, 2);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HostileVendorTest, RedirectToAnotherHost) {
  std::atomic<int> reached = 0;
  HttpServer other([&](const httplib::Request&, httplib::Response&) { ++reached; });
  HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect(other.origin() + "/steal?x=1");
  });
  SignFor({server.origin().substr(7)});  // host and port: the other port is another place
  const auto outcome = Pull(server, kOnce);
  ExpectReason(outcome, base::Reason::kVendorError);
  EXPECT_THAT(base::MessageOf(outcome.status()), testing::HasSubstr(other.origin()));
  EXPECT_EQ(reached, 0);
}

TEST_F(HostileVendorTest, RedirectToAnAllowedHostWithoutTheCredential) {
  HttpServer other([&](const httplib::Request& request, httplib::Response& response) {
    EXPECT_EQ(request.get_header_value("X-Key"), "");
    Json(response, R"([{"id":"moved"}])");
  });
  HttpServer server([&](const httplib::Request& request, httplib::Response& response) {
    EXPECT_EQ(request.get_header_value("X-Key"), "sentinel");
    response.set_redirect(other.origin() + "/elsewhere");
  });
  SignFor({"127.0.0.1"});
  EXPECT_EQ(*Pull(server, kOnce), "moved");
}

TEST_F(HostileVendorTest, NextLinkToAnotherHostWithACredential) {
  std::atomic<int> reached = 0;
  HttpServer other([&](const httplib::Request&, httplib::Response&) { ++reached; });
  HttpServer server([&](const httplib::Request& request, httplib::Response& response) {
    EXPECT_EQ(request.get_header_value("X-Key"), "sentinel");
    Json(response, R"({"items":[{"id":"1"}],"next":")" + other.origin() + R"(/2"})");
  });
  SignFor({server.origin().substr(7)});  // host and port: the other port is another place
  ExpectReason(Pull(server, "records: 'items' pagination { cursor { next_url: 'response.next' } }"),
               base::Reason::kHostNotAllowed);
  EXPECT_EQ(reached, 0);
}

TEST_F(HostileVendorTest, ValuesNoDoubleCouldHold) {
  HttpServer server([](const httplib::Request&, httplib::Response& response) {
    Json(response, R"([{"id":9223372036854775808},{"id":1e400},{"id":1.10}])");
  });
  EXPECT_EQ(*Pull(server, ""), "9223372036854775808,1e400,1.10");
}

}  // namespace
}  // namespace syncline::pull
