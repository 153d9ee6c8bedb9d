#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "auth/token_store.h"
#include "base/status.h"

namespace syncline::test {

// What every TokenStore must do. An implementation's test brings a harness and instantiates the
// suite.
class TokenStoreHarness {
 public:
  virtual ~TokenStoreHarness() = default;
  // The stores of two replicas on one row.
  virtual auth::TokenStore& first() = 0;
  virtual auth::TokenStore& second() = 0;
  // Lets time pass for the store.
  virtual void Advance(std::chrono::seconds duration) = 0;
  // Somebody gives the credential other secret parts.
  virtual void ChangeSignIn() = 0;
};

class TokenStoreContract
    : public testing::TestWithParam<std::function<std::unique_ptr<TokenStoreHarness>()>> {
 protected:
  using Seconds = std::chrono::seconds;
  void SetUp() override {
    harness_ = GetParam()();
    if (harness_ == nullptr) GTEST_SKIP() << "SKIPPED: no PostgreSQL binaries";
  }
  auth::TokenStore& first() { return harness_->first(); }
  auth::TokenStore& second() { return harness_->second(); }
  static auth::StoredTokens Read(auth::TokenStore& store) {
    auto tokens = store.Read();
    EXPECT_TRUE(tokens.ok()) << tokens.status();
    return tokens.ok() ? *std::move(tokens) : auth::StoredTokens{};
  }
  static auth::TokenLease Lease(auth::TokenStore& store, std::int64_t version) {
    auto lease = store.TakeLease(version);
    EXPECT_TRUE(lease.ok()) << lease.status();
    if (!lease.ok() || !lease->has_value()) {
      ADD_FAILURE() << "no lease";
      return {};
    }
    return **lease;
  }
  static bool HasLease(auth::TokenStore& store, std::int64_t version) {
    const auto lease = store.TakeLease(version);
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.ok() && lease->has_value();
  }
  static bool Store(auth::TokenStore& store, const auth::TokenLease& lease,
                    const std::string& access, const std::string& refresh,
                    std::optional<Seconds> lifetime) {
    const auto stored =
        store.Store(lease, secret::Secret(access), secret::Secret(refresh), lifetime);
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() && *stored;
  }
  // A whole refresh.
  static void Refresh(auth::TokenStore& store, const std::string& access,
                      const std::string& refresh, std::optional<Seconds> lifetime) {
    const auth::TokenLease lease = Lease(store, Read(store).version);
    EXPECT_TRUE(*store.MarkAttempt(lease));
    EXPECT_TRUE(Store(store, lease, access, refresh, lifetime));
  }

  std::unique_ptr<TokenStoreHarness> harness_;
};

TEST_P(TokenStoreContract, NothingIsKnownAtFirst) {
  const auth::StoredTokens tokens = Read(first());
  EXPECT_EQ(tokens.version, 0);
  EXPECT_TRUE(tokens.access_token.empty());
  EXPECT_TRUE(tokens.refresh_token.empty());
  EXPECT_FALSE(tokens.remaining.has_value());
  EXPECT_FALSE(tokens.leased);
  EXPECT_FALSE(tokens.reauth_required);
}

TEST_P(TokenStoreContract, WhatOneStoresAllRead) {
  const auth::TokenLease lease = Lease(first(), 0);
  EXPECT_TRUE(Read(second()).leased);
  ASSERT_TRUE(*first().MarkAttempt(lease));
  harness_->Advance(Seconds(5));  // on the wire: a lifetime counts from when the request was sent
  ASSERT_TRUE(Store(first(), lease, "a1", "r1", Seconds(100)));
  const auth::StoredTokens tokens = Read(second());
  EXPECT_EQ(tokens.version, 1);
  EXPECT_EQ(tokens.access_token.Reveal(), "a1");
  EXPECT_EQ(tokens.refresh_token.Reveal(), "r1");
  EXPECT_EQ(tokens.lifetime, Seconds(100));
  EXPECT_LE(*tokens.remaining, Seconds(95));
  EXPECT_GT(*tokens.remaining, Seconds(80));
  EXPECT_GE(tokens.age, Seconds(5));
  EXPECT_FALSE(tokens.leased) << "given back";
  harness_->Advance(Seconds(100));
  EXPECT_LT(*Read(first()).remaining, Seconds(0));
}

TEST_P(TokenStoreContract, ATokenWithoutLifetimeOrRefreshTokenIsKeptSo) {
  Refresh(first(), "a1", "r1", Seconds(10));
  Refresh(first(), "a2", "", std::nullopt);
  const auth::StoredTokens tokens = Read(first());
  EXPECT_EQ(tokens.version, 2);
  EXPECT_EQ(tokens.access_token.Reveal(), "a2");
  EXPECT_TRUE(tokens.refresh_token.empty());
  EXPECT_FALSE(tokens.lifetime.has_value());
  EXPECT_FALSE(tokens.remaining.has_value());
}

TEST_P(TokenStoreContract, OneLeaseAtATimeForTheVersionThatIsThere) {
  EXPECT_FALSE(HasLease(first(), 7)) << "no such version";
  const auth::TokenLease lease = Lease(first(), 0);
  EXPECT_FALSE(HasLease(first(), 0));
  EXPECT_FALSE(HasLease(second(), 0));
  ASSERT_TRUE(first().Release(lease).ok());
  EXPECT_TRUE(HasLease(second(), 0));
}

TEST_P(TokenStoreContract, ALeaseEndsAndWhoeverStalledIsRefused) {
  const auth::TokenLease stalled = Lease(first(), 0);
  harness_->Advance(auth::TokenStore::kLeaseDuration - Seconds(5));
  EXPECT_FALSE(HasLease(second(), 0));
  harness_->Advance(Seconds(10));
  EXPECT_FALSE(Read(second()).leased);
  const auth::TokenLease next = Lease(second(), 0);
  EXPECT_NE(next.owner, stalled.owner);
  EXPECT_FALSE(*first().MarkAttempt(stalled));
  EXPECT_FALSE(Store(first(), stalled, "late", "late", std::nullopt));
  EXPECT_FALSE(*first().RequireReauthorization(stalled, "late"));
  EXPECT_TRUE(first().Release(stalled).ok());
  EXPECT_TRUE(Read(first()).leased) << "the other's lease is left alone";
  ASSERT_TRUE(*second().MarkAttempt(next));
  EXPECT_TRUE(Store(second(), next, "a1", "r1", std::nullopt));
  EXPECT_FALSE(Store(second(), next, "again", "again", std::nullopt)) << "the version moved";
  EXPECT_EQ(Read(first()).access_token.Reveal(), "a1");
}

TEST_P(TokenStoreContract, FromTheMarkOnTheLeaseIsWhole) {
  const auth::TokenLease lease = Lease(first(), 0);
  harness_->Advance(auth::TokenStore::kLeaseDuration - Seconds(5));
  ASSERT_TRUE(*first().MarkAttempt(lease)) << "the keys were long in coming";
  harness_->Advance(auth::TokenStore::kLeaseDuration - Seconds(5));
  EXPECT_FALSE(HasLease(second(), 0));
  EXPECT_TRUE(Store(first(), lease, "a1", "r1", std::nullopt));
}

TEST_P(TokenStoreContract, AnAttemptWhoseOutcomeWasLostIsVisible) {
  const auth::TokenLease crashed = Lease(first(), 0);
  EXPECT_EQ(crashed.lost_attempts, 0);
  ASSERT_TRUE(*first().MarkAttempt(crashed));
  harness_->Advance(auth::TokenStore::kLeaseDuration + Seconds(1));
  const auth::TokenLease retry = Lease(second(), 0);
  EXPECT_EQ(retry.lost_attempts, 1);
  ASSERT_TRUE(*second().MarkAttempt(retry));
  ASSERT_TRUE(second().Release(retry).ok()) << "the provider answered that it is out of order";
  const auth::TokenLease third = Lease(first(), 0);
  EXPECT_EQ(third.lost_attempts, 1) << "only its own mark was taken away";
  ASSERT_TRUE(*first().MarkAttempt(third));
  ASSERT_TRUE(Store(first(), third, "a1", "r1", std::nullopt));
  EXPECT_EQ(Lease(first(), 1).lost_attempts, 0) << "a new version has a clean record";
}

TEST_P(TokenStoreContract, OnlyAPersonHelpsAfterRequireReauthorization) {
  Refresh(first(), "a1", "r1", Seconds(100));
  const auth::TokenLease lease = Lease(first(), 1);
  ASSERT_TRUE(*first().RequireReauthorization(lease, "the consent was withdrawn"));
  const auth::StoredTokens tokens = Read(second());
  EXPECT_TRUE(tokens.reauth_required);
  EXPECT_EQ(tokens.state_message, "the consent was withdrawn");
  EXPECT_FALSE(HasLease(second(), 1));
}

TEST_P(TokenStoreContract, AChangedSignInForgetsItsTokensAndRefusesOldStores) {
  Refresh(first(), "a1", "r1", Seconds(100));
  const auth::TokenLease lease = Lease(first(), 1);
  harness_->ChangeSignIn();
  const auto refused = [](const absl::Status& status) {
    return !status.ok() && base::ReasonOf(status) == base::Reason::kSignInFailed;
  };
  EXPECT_TRUE(refused(first().Read().status()));
  EXPECT_TRUE(refused(first().TakeLease(0).status()));
  EXPECT_TRUE(refused(first().MarkAttempt(lease).status()));
  EXPECT_TRUE(refused(first().Store(lease, secret::Secret("x"), {}, std::nullopt).status()));
}

}  // namespace syncline::test
