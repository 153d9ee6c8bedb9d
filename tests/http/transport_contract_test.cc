#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>
#include <memory>
#include <thread>

#include "base/status.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"
#include "tests/support/scripted_transport.h"

// What every Transport does, whether it carries anything or not: the double that other tests lean
// on is held to the same contract as the real one.
namespace syncline::http {
namespace {

// A vendor that answers 200 to 299 with the path's number and gives the request back as its body:
// method, the value of X-Test, and the body, separated by bars.
class Vendor {
 public:
  virtual ~Vendor() = default;
  virtual Transport& transport() = 0;
  virtual std::string origin() const = 0;
};

class ScriptedVendor final : public Vendor {
 public:
  Transport& transport() override { return transport_; }
  std::string origin() const override { return "http://vendor.example"; }

 private:
  test::ScriptedTransport transport_{[](const Request& request) {
    Response response;
    response.status = std::stoi(request.url.path.substr(1));
    response.headers.Add("X-Answer", "yes");
    response.body = std::string(MethodName(request.method)) + "|" +
                    std::string(request.headers.Find("X-Test").value_or("")) + "|" + request.body;
    return response;
  }};
};

class CurlVendor final : public Vendor {
 public:
  Transport& transport() override { return *transport_; }
  std::string origin() const override { return server_.origin(); }

 private:
  test::HttpServer server_{[](const httplib::Request& request, httplib::Response& response) {
    response.status = std::stoi(request.path.substr(1));
    response.set_header("X-Answer", "yes");
    response.body = request.method + "|" + request.get_header_value("X-Test") + "|" + request.body;
  }};
  std::unique_ptr<Transport> transport_ = test::MakeLoopbackTransport();
};

using MakeVendor = std::function<std::unique_ptr<Vendor>()>;

class TransportContract : public testing::TestWithParam<MakeVendor> {
 protected:
  Request MakeRequest(const std::string& path) {
    return Request{.url = *Url::Parse(vendor_->origin() + path)};
  }
  const std::unique_ptr<Vendor> vendor_ = GetParam()();
};

TEST_P(TransportContract, AnyStatusIsAnAnswer) {
  for (const int status : {200, 201, 302, 404, 429, 500, 503}) {
    const auto response =
        vendor_->transport().Send(MakeRequest("/" + std::to_string(status)), {}, {});
    ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
    EXPECT_EQ(response->status, status);
    EXPECT_EQ(response->headers.Find("x-answer"), "yes");
  }
}

TEST_P(TransportContract, CarriesMethodHeadersAndBytes) {
  Request request = MakeRequest("/200?q=secret");
  request.method = Method::kPost;
  request.headers.Add("X-Test", "1");
  request.headers.Add("Content-Type", "application/json");
  request.body = std::string("{\"a\":\"\0\xFF\"}", 10);
  const auto response = vendor_->transport().Send(request, {}, {});
  ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
  EXPECT_EQ(response->body, "POST|1|" + request.body);
  EXPECT_EQ(response->effective_url, vendor_->origin() + "/200");
}

TEST_P(TransportContract, RefusesABodyBeyondItsLimit) {
  Request request = MakeRequest("/200");
  request.method = Method::kPost;
  request.body = std::string(2000, 'x');
  const auto response = vendor_->transport().Send(request, {.body_bytes_max = 1000}, {});
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kResponseTooLarge);
}

TEST_P(TransportContract, SendsNothingOnceStopped) {
  std::stop_source stop;
  stop.request_stop();
  const auto response = vendor_->transport().Send(MakeRequest("/200"), {}, stop.get_token());
  EXPECT_EQ(base::ReasonOf(response.status()), base::Reason::kCancelled);
}

TEST_P(TransportContract, ManyThreadsMaySend) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 20; ++i) {
        Request request = MakeRequest("/200");
        request.headers.Add("X-Test", std::to_string(100 * t + i));
        const auto response = vendor_->transport().Send(request, {}, {});
        ASSERT_TRUE(response.ok()) << base::MessageOf(response.status());
        EXPECT_EQ(response->body, "GET|" + std::to_string(100 * t + i) + "|");
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, TransportContract,
    testing::Values([]() -> std::unique_ptr<Vendor> { return std::make_unique<CurlVendor>(); },
                    []() -> std::unique_ptr<Vendor> { return std::make_unique<ScriptedVendor>(); }),
    [](const auto& test) { return test.index == 0 ? "Curl" : "Scripted"; });

}  // namespace
}  // namespace syncline::http
