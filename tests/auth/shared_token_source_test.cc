#include "auth/shared_token_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "auth/token_life.h"
#include "tests/support/in_memory_token_store.h"
#include "tests/support/scripted_token_grant.h"

namespace syncline::auth {
namespace {

using base::Reason;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Renewal = SharedTokenSource::Renewal;

GrantedTokens Granted(const std::string& access, const std::string& refresh,
                      std::optional<seconds> lifetime) {
  return {secret::Secret(access), secret::Secret(refresh), lifetime};
}

class SharedTokenSourceTest : public testing::Test {
 protected:
  SharedTokenSourceTest() {
    // Rotates: a1 with r1, then a2 with r2, …
    provider_.answer = [this](const std::string&) -> absl::StatusOr<GrantedTokens> {
      const std::string number = std::to_string(provider_.refresh_tokens.size());
      return Granted("a" + number, "r" + number, seconds(3'600));
    };
  }
  SharedTokenSource Source(Renewal renewal = Renewal::kByRefreshToken) {
    return {std::make_shared<test::InMemoryTokenStore>(row_),
            std::make_unique<test::ScriptedTokenGrant>(provider_), clock_, random_, renewal};
  }
  // What the row holds, issued now.
  void Put(std::int64_t version, const std::string& access, const std::string& refresh,
           std::optional<seconds> lifetime) {
    row_.version = version;
    row_.access_token = access;
    row_.refresh_token = refresh;
    row_.lifetime = lifetime;
    row_.issue_time = clock_.SteadyNow();
  }
  void AnswerError(Reason reason) {
    provider_.answer = [reason](const std::string&) -> absl::StatusOr<GrantedTokens> {
      return base::Error(reason, "the provider says no");
    };
  }
  static std::string Text(const absl::StatusOr<AccessToken>& token) {
    if (token.ok()) return std::string(token->text.Reveal());
    return std::string(base::ReasonName(base::ReasonOf(token.status())));
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  test::InMemoryTokenRow row_{clock_};
  test::InMemoryTokenStore sibling_{row_};
  test::ScriptedProvider provider_;
};

TEST_F(SharedTokenSourceTest, ObtainsOnceAndKeepsItInMemory) {
  SharedTokenSource source = Source();
  EXPECT_EQ(Text(source.Get({})), "a1");
  row_.fault = base::Error(Reason::kDatabaseUnavailable, "away");
  row_.fault_count = 1;
  EXPECT_EQ(Text(source.Get({})), "a1") << "without asking anybody";
  EXPECT_EQ(row_.fault_count, 1);
  row_.fault_count = 0;
  SharedTokenSource other = Source();
  EXPECT_EQ(Text(other.Get({})), "a1") << "the row's";
  EXPECT_THAT(provider_.refresh_tokens, ElementsAre(""));
}

TEST_F(SharedTokenSourceTest, RefreshesAheadOfTheEnd) {
  struct Row {
    const char* name;
    std::optional<seconds> lifetime;
    seconds serves_for;
  };
  const std::vector<Row> rows = {
      {"a tenth of a long life", seconds(36'000), seconds(32'400)},
      {"a minute of an hour would be less than a tenth", seconds(3'600), seconds(3'240)},
      {"a minute at least", seconds(300), seconds(240)},
      {"half of a short life", seconds(60), seconds(30)},
      {"until it is refused", std::nullopt, seconds(1'000'000)},
  };
  std::int64_t version = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    for (const bool held : {false, true}) {
      provider_.refresh_tokens.clear();
      provider_.answer = [&](const std::string&) { return Granted("new", "r", row.lifetime); };
      Put(version += 2, "old", "r", row.lifetime);
      SharedTokenSource early = Source();
      if (held) {
        EXPECT_EQ(Text(early.Get({})), "old");
      }
      clock_.Advance(row.serves_for - seconds(1));
      EXPECT_EQ(Text(early.Get({})), "old");
      EXPECT_THAT(provider_.refresh_tokens, IsEmpty());
      clock_.Advance(seconds(1));
      EXPECT_EQ(Text(early.Get({})), row.lifetime ? "new" : "old");
    }
  }
}

TEST_F(SharedTokenSourceTest, AnAnswerWithoutRefreshTokenKeepsTheOldOne) {
  Put(1, "a", "kept", seconds(100));
  clock_.Advance(seconds(90));
  provider_.answer = [](const std::string&) { return Granted("b", "", seconds(100)); };
  EXPECT_EQ(Text(Source().Get({})), "b");
  EXPECT_EQ(row_.refresh_token, "kept");
}

TEST_F(SharedTokenSourceTest, ARefusedVersionIsRefreshedOnce) {
  Put(1, "a", "r", std::nullopt);
  clock_.Advance(seconds(60));
  SharedTokenSource first = Source();
  SharedTokenSource second = Source();
  EXPECT_EQ(first.Get({})->version, 1);
  EXPECT_EQ(second.Get({})->version, 1);
  EXPECT_EQ(first.Renew(1, {})->version, 2);
  EXPECT_EQ(second.Renew(1, {})->version, 2) << "the sibling's";
  EXPECT_EQ(provider_.refresh_tokens.size(), 1U);
  EXPECT_EQ(Text(second.Renew(2, {})), "SIGN_IN_FAILED") << "another would fare no better";
  EXPECT_EQ(provider_.refresh_tokens.size(), 1U);
  clock_.Advance(kTokenNewAge);
  EXPECT_EQ(second.Renew(2, {})->version, 3);
}

TEST_F(SharedTokenSourceTest, OneRefreshForAllWhoAskAtOnce) {
  constexpr int kAskers = 8;
  base::SystemClock clock;
  test::InMemoryTokenRow row(clock);
  std::vector<std::string> texts(kAskers);
  provider_.answer = [&](const std::string&) {
    // All of them have found no token by now.
    for (int seen = row.read_count; seen < kAskers; seen = row.read_count)
      row.read_count.wait(seen);
    return Granted("a1", "r1", seconds(3'600));
  };
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < kAskers; ++i) {
      askers.emplace_back([&, i] {
        SharedTokenSource source(std::make_shared<test::InMemoryTokenStore>(row),
                                 std::make_unique<test::ScriptedTokenGrant>(provider_), clock,
                                 random_, Renewal::kByRefreshToken);
        texts[i] = Text(source.Get({}));
      });
    }
  }
  EXPECT_THAT(texts, testing::Each("a1"));
  EXPECT_EQ(provider_.refresh_tokens.size(), 1U);
}

TEST_F(SharedTokenSourceTest, InvalidGrantEndsForGoodAndIsNotRetried) {
  Put(1, "a", "r", seconds(100));
  clock_.Advance(seconds(90));
  AnswerError(Reason::kReauthRequired);
  const auto refused = Source().Get({});
  EXPECT_EQ(Text(refused), "REAUTH_REQUIRED");
  EXPECT_THAT(base::MessageOf(refused.status()), testing::HasSubstr("authorize the credential"));
  EXPECT_TRUE(row_.reauth_required);
  EXPECT_EQ(Text(Source().Get({})), "REAUTH_REQUIRED");
  EXPECT_EQ(provider_.refresh_tokens.size(), 1U);
}

TEST_F(SharedTokenSourceTest, InvalidGrantAfterASiblingWonTakesTheSiblingsToken) {
  Put(1, "a", "r", seconds(100));
  clock_.Advance(seconds(90));
  provider_.answer = [this](const std::string&) -> absl::StatusOr<GrantedTokens> {
    clock_.Advance(TokenStore::kLeaseDuration);  // we stall, and a sibling takes over
    const auto lease = *sibling_.TakeLease(1);
    EXPECT_TRUE(*sibling_.MarkAttempt(*lease));
    EXPECT_TRUE(
        *sibling_.Store(*lease, secret::Secret("sibling's"), secret::Secret("r2"), seconds(100)));
    return base::Error(Reason::kReauthRequired, "invalid_grant");
  };
  EXPECT_EQ(Text(Source().Get({})), "sibling's");
  EXPECT_FALSE(row_.reauth_required);
}

TEST_F(SharedTokenSourceTest, ATokenThatCouldNotBeStoredIsNotUsed) {
  Put(1, "a", "r", seconds(100));
  clock_.Advance(seconds(90));
  provider_.answer = [this](const std::string&) -> absl::StatusOr<GrantedTokens> {
    clock_.Advance(TokenStore::kLeaseDuration);
    const auto lease = *sibling_.TakeLease(1);
    EXPECT_TRUE(*sibling_.Store(*lease, secret::Secret("sibling's"), {}, seconds(100)));
    return Granted("ours, too late", "r2", seconds(100));
  };
  EXPECT_EQ(Text(Source().Get({})), "sibling's");
}

TEST_F(SharedTokenSourceTest, OneRetryAfterACrashThenAPerson) {
  const auto crash = [this] {
    const auto lease = *sibling_.TakeLease(row_.version);
    ASSERT_TRUE(lease.has_value());
    ASSERT_TRUE(*sibling_.MarkAttempt(*lease));
    clock_.Advance(TokenStore::kLeaseDuration);
  };
  Put(1, "a", "old", seconds(100));
  clock_.Advance(seconds(90));
  crash();
  EXPECT_EQ(Text(Source().Get({})), "a1") << "recovered";
  EXPECT_THAT(provider_.refresh_tokens, ElementsAre("old"));

  Put(7, "a", "old", seconds(100));
  clock_.Advance(seconds(90));
  crash();
  crash();
  EXPECT_EQ(Text(Source().Get({})), "REAUTH_REQUIRED");
  EXPECT_EQ(provider_.refresh_tokens.size(), 1U) << "never a loop";
  EXPECT_TRUE(row_.reauth_required);
}

TEST_F(SharedTokenSourceTest, LostAttemptsOfAGrantWithoutRefreshTokenCostNothing) {
  row_.lost_attempts = 50;
  EXPECT_EQ(Text(Source(Renewal::kByItself).Get({})), "a1");
}

TEST_F(SharedTokenSourceTest, ErrorsThatMayPassAreTheCallersUnlessTheOldTokenStillServes) {
  struct Row {
    const char* name;
    Reason reason;
    seconds remaining;
    const char* answer;
  };
  const std::vector<Row> rows = {
      {"down, token good", Reason::kVendorError, seconds(25), "old"},
      {"throttled, token good", Reason::kVendorThrottled, seconds(25), "old"},
      {"down, token about to end", Reason::kVendorUnreachable, seconds(20), "VENDOR_UNREACHABLE"},
      {"down, token ended", Reason::kVendorTimeout, seconds(-5), "VENDOR_TIMEOUT"},
      {"the client is refused", Reason::kSignInFailed, seconds(25), "SIGN_IN_FAILED"},
  };
  std::int64_t version = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    provider_.refresh_tokens.clear();
    Put(++version, "old", "r", seconds(100));
    clock_.Advance(seconds(100) - row.remaining);
    AnswerError(row.reason);
    SharedTokenSource source = Source();
    EXPECT_EQ(Text(source.Get({})), row.answer);
    EXPECT_EQ(Text(source.Get({})), row.answer);
    const bool kept = std::string(row.answer) == "old";
    EXPECT_EQ(provider_.refresh_tokens.size(), kept ? 1U : 2U) << "not asked at every request";
    EXPECT_FALSE(row_.reauth_required);
    EXPECT_EQ(row_.lost_attempts, 0) << "the outcome is known";
    EXPECT_EQ(row_.lease_owner, "");
  }
}

TEST_F(SharedTokenSourceTest, ARefusedTokenIsNoReserve) {
  Put(1, "old", "r", seconds(3'600));
  clock_.Advance(seconds(60));
  AnswerError(Reason::kVendorError);
  EXPECT_EQ(Text(Source().Renew(1, {})), "VENDOR_ERROR");
}

TEST_F(SharedTokenSourceTest, AnothersRefreshIsWaitedForNoLongerThanTheCallLasts) {
  Put(1, "a", "r", seconds(60));
  clock_.Advance(seconds(60));
  row_.lease_owner = "another";
  row_.lease_until = clock_.SteadyNow() + seconds(45);
  const base::SteadyTime begin = clock_.SteadyNow();
  for (const std::chrono::milliseconds left :
       {std::chrono::milliseconds(2'350), std::chrono::milliseconds(0)}) {
    const base::SteadyTime give_up = clock_.SteadyNow() + left;
    SharedTokenSource source(std::make_shared<test::InMemoryTokenStore>(row_),
                             std::make_unique<test::ScriptedTokenGrant>(provider_), clock_, random_,
                             Renewal::kByRefreshToken, give_up);
    EXPECT_EQ(Text(source.Get({})), "DEADLINE_EXCEEDED");
    EXPECT_EQ(clock_.SteadyNow(), give_up) << "to the instant";
  }
  EXPECT_LT(clock_.SteadyNow() - begin, seconds(3));
  EXPECT_THAT(provider_.refresh_tokens, IsEmpty());
}

TEST_F(SharedTokenSourceTest, StoringWaitsForTheDatabaseForAWhile) {
  for (const bool back_in_time : {true, false}) {
    row_.ChangeSignIn();
    SharedTokenSource source = Source();
    provider_.answer = [&](const std::string&) -> absl::StatusOr<GrantedTokens> {
      row_.fault = base::Error(Reason::kDatabaseUnavailable, "away");
      row_.fault_count = back_in_time ? 4 : 1'000'000;
      return Granted("a", "r", seconds(100));
    };
    EXPECT_EQ(Text(source.Get({})), back_in_time ? "a" : "DATABASE_UNAVAILABLE");
    EXPECT_EQ(row_.lost_attempts, back_in_time ? 0 : 1) << "a successor must know";
    row_.fault_count = 0;
  }
}

TEST_F(SharedTokenSourceTest, WaitingForAnotherIsBoundedAndEndsAtAStop) {
  row_.lease_owner = "another";
  row_.lease_until = base::SteadyTime::max();
  const base::SteadyTime begin = clock_.SteadyNow();
  EXPECT_EQ(Text(Source().Get({})), "VENDOR_TIMEOUT");
  EXPECT_GE(clock_.SteadyNow() - begin, SharedTokenSource::kPatience);
  EXPECT_LE(clock_.SteadyNow() - begin, SharedTokenSource::kPatience + seconds(2));
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_EQ(Text(Source().Get(stopped.get_token())), "CANCELLED");
  EXPECT_THAT(provider_.refresh_tokens, IsEmpty());
}

TEST_F(SharedTokenSourceTest, AStopDoesNotBreakOffWhatCouldLoseAToken) {
  const std::stop_source stop;
  EXPECT_EQ(Text(Source(Renewal::kByRefreshToken).Get(stop.get_token())), "a1");
  EXPECT_FALSE(provider_.stoppable);
  row_.ChangeSignIn();
  SharedTokenSource source = Source(Renewal::kByItself);
  EXPECT_EQ(Text(source.Get(stop.get_token())), "a2");
  EXPECT_TRUE(provider_.stoppable);
}

}  // namespace
}  // namespace syncline::auth
