#include "auth/signing_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {
namespace {

using test::ScriptedTransport;

// Signs with the number of the signature; renews as often as it is told to.
class NumberingAuthenticator final : public Authenticator {
 public:
  explicit NumberingAuthenticator(absl::StatusOr<bool> renewal) : renewal_(std::move(renewal)) {}
  absl::Status Apply(http::Request& request, std::stop_token) override {
    request.headers.Set("X-Signature", std::to_string(++signatures_));
    return refusal;
  }
  absl::StatusOr<bool> Renew(const http::Response& answer, std::stop_token) override {
    ++renewals;
    if (answer.status != 401) return false;
    return renewal_;
  }
  bool NamesHost(const http::Url&) const override { return true; }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override { return text; }

  absl::Status refusal;
  int renewals = 0;

 private:
  const absl::StatusOr<bool> renewal_;
  int signatures_ = 0;
};

std::string SignaturesOf(const ScriptedTransport& transport) {
  std::string all;
  for (const http::Request& request : transport.requests()) {
    all += *request.headers.Find("X-Signature");
  }
  return all;
}

TEST(SigningTransport, SignsEveryTryAnewAndLeavesTheRequestAsItIs) {
  ScriptedTransport vendor;
  vendor.EnqueueJson("{}", 503);
  vendor.EnqueueJson("{}");
  NumberingAuthenticator authenticator(false);
  SigningTransport transport(vendor, authenticator);
  const http::Request request{.url = *http::Url::Parse("https://v.example/")};
  EXPECT_EQ(transport.Send(request, {}, {})->status, 503);
  EXPECT_EQ(transport.Send(request, {}, {})->status, 200);
  EXPECT_EQ(SignaturesOf(vendor), "12");
  EXPECT_TRUE(request.headers.all().empty());
}

TEST(SigningTransport, ARenewedSignInIsTriedOnceMoreAndNotTwice) {
  ScriptedTransport vendor;
  vendor.EnqueueJson("{}", 401);
  vendor.EnqueueJson("{}", 401);
  vendor.EnqueueJson("{}");
  NumberingAuthenticator authenticator(true);
  SigningTransport transport(vendor, authenticator);
  EXPECT_EQ(transport.Send({}, {}, {})->status, 401);
  EXPECT_EQ(SignaturesOf(vendor), "12");
  EXPECT_EQ(authenticator.renewals, 1);
}

// Two requests are on the wire when the token ends: the one that is refused first renews it, for
// both.
TEST(SigningTransport, ASignInThatWasRenewedMeanwhileIsNotRenewedAgain) {
  NumberingAuthenticator authenticator(true);
  SigningTransport* sends = nullptr;
  bool first = true;
  ScriptedTransport vendor([&](const http::Request& request) {
    if (std::exchange(first, false)) {
      EXPECT_EQ(sends->Send({}, {}, {})->status, 200);
    }
    return test::JsonResponse("{}", *request.headers.Find("X-Signature") < "3" ? 401 : 200);
  });
  SigningTransport transport(vendor, authenticator);
  sends = &transport;
  EXPECT_EQ(transport.Send({}, {}, {})->status, 200);
  EXPECT_EQ(SignaturesOf(vendor), "1234");
  EXPECT_EQ(authenticator.renewals, 1);
}

TEST(SigningTransport, OfSeveralRefusedRequestsOneRenewsTheSignIn) {
  std::latch both_sent(2);
  ScriptedTransport vendor([&](const http::Request& request) {
    if (request.headers.Find("X-Signature")->size() > 1) return test::JsonResponse("{}");
    both_sent.arrive_and_wait();
    return test::JsonResponse("{}", 401);
  });
  // Signs with "1" until it is renewed, with "10" then.
  class Renewed final : public Authenticator {
   public:
    absl::Status Apply(http::Request& request, std::stop_token) override {
      request.headers.Set("X-Signature", renewals == 0 ? "1" : "10");
      return absl::OkStatus();
    }
    absl::StatusOr<bool> Renew(const http::Response& answer, std::stop_token) override {
      renewals += answer.status == 401 ? 1 : 0;
      return answer.status == 401;
    }
    bool NamesHost(const http::Url&) const override { return true; }
    void Strip(http::Url*) const override {}
    std::string Scrub(std::string text) const override { return text; }
    int renewals = 0;
  };
  Renewed authenticator;
  SigningTransport transport(vendor, authenticator);
  const auto send = [&] { EXPECT_EQ(transport.Send({}, {}, {})->status, 200); };
  {
    const std::jthread other(send);
    send();
  }
  EXPECT_EQ(authenticator.renewals, 1);
  EXPECT_EQ(vendor.requests().size(), 4U);
}

// As a token is: once it is renewed there is nothing to renew until it is sent again.
class RenewedOnce final : public Authenticator {
 public:
  absl::Status Apply(http::Request&, std::stop_token) override {
    is_sent_ = true;
    return absl::OkStatus();
  }
  absl::StatusOr<bool> RenewRefused(const http::Response&, std::stop_token) override {
    ++renewals;
    return std::exchange(is_sent_, false);
  }
  bool NamesHost(const http::Url&) const override { return true; }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override { return text; }
  int renewals = 0;

 private:
  bool is_sent_ = false;
};

TEST(SigningTransport, OfSeveralThatARuleTakesForRefusedOneRenewsTheSignIn) {
  constexpr int kCount = 4;
  ScriptedTransport vendor([](const http::Request&) { return test::JsonResponse("{}"); });
  RenewedOnce authenticator;
  SigningTransport transport(vendor, authenticator);
  std::latch all_answered(kCount);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kCount; ++i) {
      threads.emplace_back([&] {
        const std::int64_t before = transport.renewals();
        const auto answer = transport.Send({}, {}, {});
        all_answered.arrive_and_wait();
        ASSERT_TRUE(answer.ok());
        const auto again = transport.RenewAfter(*answer, before, {});
        ASSERT_TRUE(again.ok());
        EXPECT_TRUE(*again);
      });
    }
  }
  EXPECT_EQ(authenticator.renewals, 1);
  EXPECT_EQ(transport.renewals(), 1);
}

TEST(SigningTransport, ASignInThatARuleTakesForRefusedAnewIsRenewedAnew) {
  ScriptedTransport vendor([](const http::Request&) { return test::JsonResponse("{}"); });
  RenewedOnce authenticator;
  SigningTransport transport(vendor, authenticator);
  for (int round = 0; round < 2; ++round) {
    const std::int64_t before = transport.renewals();
    EXPECT_EQ(before, round);
    EXPECT_TRUE(*transport.RenewAfter(*transport.Send({}, {}, {}), before, {}));
  }
  EXPECT_EQ(authenticator.renewals, 2);
  EXPECT_FALSE(*transport.RenewAfter({}, transport.renewals(), {})) << "nothing was sent with it";
  EXPECT_EQ(transport.renewals(), 2) << "and nothing was renewed";
}

TEST(SigningTransport, TheSignInSeesTheAnswerToTheOneMoreTry) {
  class Strict final : public Authenticator {
   public:
    absl::Status Apply(http::Request&, std::stop_token) override { return absl::OkStatus(); }
    absl::StatusOr<bool> Renew(const http::Response&, std::stop_token) override { return true; }
    absl::Status CheckRenewed(const http::Response& answer) override {
      if (answer.status == 200) return absl::OkStatus();
      return base::Error(base::Reason::kAuthFailed, "refused again");
    }
    bool NamesHost(const http::Url&) const override { return true; }
    void Strip(http::Url*) const override {}
    std::string Scrub(std::string text) const override { return text; }
  };
  ScriptedTransport vendor;
  for (const int status : {440, 440, 440, 200}) vendor.EnqueueJson("{}", status);
  Strict authenticator;
  SigningTransport transport(vendor, authenticator);
  EXPECT_EQ(base::ReasonOf(transport.Send({}, {}, {}).status()), base::Reason::kAuthFailed);
  EXPECT_EQ(transport.Send({}, {}, {})->status, 200);
}

TEST(SigningTransport, AnAnswerThatNothingCanRenewStays) {
  ScriptedTransport vendor;
  vendor.EnqueueJson("{}", 401);
  NumberingAuthenticator authenticator(false);
  SigningTransport transport(vendor, authenticator);
  EXPECT_EQ(transport.Send({}, {}, {})->status, 401);
  EXPECT_EQ(SignaturesOf(vendor), "1");
}

TEST(SigningTransport, WhatTheSignInSaysEndsTheRequest) {
  ScriptedTransport vendor;
  vendor.EnqueueJson("{}", 401);
  NumberingAuthenticator lost(base::Error(base::Reason::kReauthRequired, "consent is gone"));
  SigningTransport transport(vendor, lost);
  EXPECT_EQ(base::ReasonOf(transport.Send({}, {}, {}).status()), base::Reason::kReauthRequired);

  NumberingAuthenticator unsigned_(false);
  unsigned_.refusal = base::Error(base::Reason::kHostNotAllowed, "not there");
  SigningTransport closed(vendor, unsigned_);
  EXPECT_EQ(base::ReasonOf(closed.Send({}, {}, {}).status()), base::Reason::kHostNotAllowed);
  EXPECT_EQ(vendor.requests().size(), 1U) << "nothing goes out unsigned";
}

}  // namespace
}  // namespace syncline::auth
