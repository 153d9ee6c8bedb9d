#include "auth/own_token_source.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/status.h"
#include "tests/support/fake_clock.h"

namespace syncline::auth {
namespace {

using base::Reason;
using std::chrono::seconds;

// Grants from a script; without an entry it is out of service.
class ScriptedGrant final : public TokenGrant {
 public:
  struct Seen {
    int requests = 0;
    std::string refresh_token;
    std::deque<absl::StatusOr<std::optional<seconds>>> lifetimes;
    std::string rotated;
  };
  explicit ScriptedGrant(Seen& seen) : seen_(seen) {}
  absl::StatusOr<GrantedTokens> Obtain(const secret::Secret& refresh_token,
                                       std::stop_token) override {
    ++seen_.requests;
    seen_.refresh_token = refresh_token.Reveal();
    if (seen_.lifetimes.empty()) return base::Error(Reason::kVendorError, "out of service");
    const auto lifetime = seen_.lifetimes.front();
    seen_.lifetimes.pop_front();
    if (!lifetime.ok()) return lifetime.status();
    return GrantedTokens{.access_token = secret::Secret("t" + std::to_string(seen_.requests)),
                         .refresh_token = secret::Secret(seen_.rotated),
                         .lifetime = *lifetime};
  }

 private:
  Seen& seen_;
};

struct Source {
  test::FakeClock clock;
  ScriptedGrant::Seen seen;
  OwnTokenSource source{std::make_unique<ScriptedGrant>(seen), clock};

  std::string Get() {
    const auto token = source.Get({});
    return token.ok() ? std::string(token->text.Reveal())
                      : std::string(base::ReasonName(base::ReasonOf(token.status())));
  }
  std::string Renew(std::int64_t version) {
    const auto token = source.Renew(version, {});
    return token.ok() ? std::string(token->text.Reveal())
                      : std::string(base::ReasonName(base::ReasonOf(token.status())));
  }
};

TEST(OwnTokenSource, RenewsAheadOfTheEnd) {
  struct Case {
    seconds lifetime;
    seconds good_until;
  };
  const Case cases[] = {{seconds(3600), seconds(3240)},  // a tenth
                        {seconds(600), seconds(540)},    // 60 s
                        {seconds(90), seconds(45)},      // half
                        {seconds(1), seconds(0)}};
  for (const Case& test : cases) {
    SCOPED_TRACE(test.lifetime.count());
    Source s;
    s.seen.lifetimes = {test.lifetime, test.lifetime};
    EXPECT_EQ(s.Get(), "t1");
    s.clock.Advance(test.good_until);
    if (test.good_until > seconds(0)) {
      s.clock.Advance(-seconds(1));
      EXPECT_EQ(s.Get(), "t1");
      s.clock.Advance(seconds(1));
    } else {
      s.clock.Advance(seconds(1));
    }
    EXPECT_EQ(s.Get(), "t2");
    EXPECT_EQ(s.seen.requests, 2);
  }
}

TEST(OwnTokenSource, WithoutALifetimeItServesUntilItIsRefused) {
  Source s;
  s.seen.lifetimes = {std::nullopt, std::nullopt};
  EXPECT_EQ(s.Get(), "t1");
  s.clock.Advance(std::chrono::hours(1000));
  EXPECT_EQ(s.Get(), "t1");
  EXPECT_EQ(s.Renew(1), "t2");
  EXPECT_EQ(s.Renew(1), "t2");  // of an older version: the newer is there
  EXPECT_EQ(s.seen.requests, 2);
}

TEST(OwnTokenSource, ANewTokenThatIsRefusedIsNotRenewed) {
  Source s;
  s.seen.lifetimes = {seconds(3600), seconds(3600)};
  EXPECT_EQ(s.Get(), "t1");
  s.clock.Advance(seconds(9));
  EXPECT_EQ(s.Renew(1), "SIGN_IN_FAILED");
  s.clock.Advance(seconds(1));
  EXPECT_EQ(s.Renew(1), "t2");
}

TEST(OwnTokenSource, KeepsTheNewestRefreshToken) {
  Source s;
  s.seen.lifetimes = {seconds(600), seconds(600), seconds(600)};
  s.seen.rotated = "r1";
  s.Get();
  EXPECT_EQ(s.seen.refresh_token, "");
  s.seen.rotated = "";  // none came: the one that was sent stays
  s.Renew(0);
  s.clock.Advance(seconds(600));
  s.Get();
  EXPECT_EQ(s.seen.refresh_token, "r1");
  s.clock.Advance(seconds(600));
  s.Get();
  EXPECT_EQ(s.seen.refresh_token, "r1");
}

TEST(OwnTokenSource, TroubleCostsNothingWhileTheTokenIsGood) {
  Source s;
  s.seen.lifetimes = {seconds(600)};
  EXPECT_EQ(s.Get(), "t1");
  s.clock.Advance(seconds(580));
  EXPECT_EQ(s.Get(), "t1");  // asked in vain
  EXPECT_EQ(s.Get(), "t1");  // and not again at once
  EXPECT_EQ(s.seen.requests, 2);
  s.clock.Advance(seconds(10));
  EXPECT_EQ(s.Get(), "t1");
  EXPECT_EQ(s.seen.requests, 3);
  s.clock.Advance(seconds(1));
  EXPECT_EQ(s.Get(), "VENDOR_ERROR");
  s.seen.lifetimes = {base::Error(Reason::kReauthRequired, "x")};
  EXPECT_EQ(s.Get(), "REAUTH_REQUIRED");
  s.seen.lifetimes = {seconds(600)};
  EXPECT_EQ(s.Get(), "t6");
}

TEST(OwnTokenSource, WhatDoesNotPassIsSaidAtOnce) {
  Source s;
  s.seen.lifetimes = {seconds(600), base::Error(Reason::kReauthRequired, "x")};
  EXPECT_EQ(s.Get(), "t1");
  s.clock.Advance(seconds(550));
  EXPECT_EQ(s.Get(), "REAUTH_REQUIRED");
}

}  // namespace
}  // namespace syncline::auth
