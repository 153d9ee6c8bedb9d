#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/secret_fields.h"
#include "base/status.h"
#include "pull/puller.h"
#include "tests/support/fake_clock.h"

namespace syncline::pull {

inline v1::Integration ParseIntegration(const std::string& text) {
  v1::Integration integration;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &integration)) << text;
  return integration;
}

// Everything around a puller but its transport. Waits move the clock and take no time.
class PullerTest : public testing::Test {
 protected:
  std::unique_ptr<Puller> MakePuller(http::Transport& transport, const std::string& integration) {
    auto made = Puller::Make({.integration = ParseIntegration(integration),
                              .authenticator = MakeAuthenticator(transport),
                              .transport = transport,
                              .clock = clock_,
                              .random = random_,
                              .run_start = clock_.Now(),
                              .states = states_,
                              .on_wait = [this](const http::Wait& wait) { waits_.push_back(wait); },
                              .user_agent = "Syncline/test",
                              .budget = budget_,
                              .resume = resume_,
                              .exchanges = exchanges_});
    EXPECT_TRUE(made.ok()) << base::MessageOf(made.status());
    if (made.ok() && exchanges_ != nullptr) exchanges_->SetScrub((*made)->MakeScrub());
    return made.ok() ? *std::move(made) : nullptr;
  }

  // Signs with "X-Key: sentinel" for these hosts; without any, does not sign.
  void SignFor(const std::vector<std::string>& hosts) { hosts_ = hosts; }

  // Signs with what the whole credential, in protobuf text with its secrets, says.
  void SignWith(const std::string& credential) { credential_ = credential; }

  // Pulls to the end; the ids of all records in order, or the error.
  static absl::StatusOr<std::string> PullIds(Puller& puller) {
    std::string ids;
    while (true) {
      SYNCLINE_ASSIGN_OR_RETURN(const std::optional<Page> page, puller.Next({}));
      if (!page.has_value()) return ids;
      page->records.ForEachElement([&](const expression::Value& record) {
        ids += (ids.empty() ? "" : ",") + std::string(record.Find("id").text());
      });
    }
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  std::vector<http::Wait> waits_;
  std::shared_ptr<http::RateBudget> budget_;  // of the credential; null = no limit
  VendorClient::ResumePoint resume_;          // of a run that was parked
  StateSource* states_ = nullptr;             // of the pullers to come
  ExchangeLog* exchanges_ = nullptr;          // likewise

 private:
  std::unique_ptr<auth::Authenticator> MakeAuthenticator(http::Transport& transport) {
    v1::Credential credential;
    if (!credential_.empty()) {
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(credential_, &credential));
      const auth::SecretMap given = auth::ExtractSecrets(&credential);
      return *auth::MakeAuthenticator(credential, given,
                                      {.transport = transport, .clock = clock_, .random = random_});
    }
    if (hosts_.empty()) return auth::MakeNoAuthenticator();
    for (const std::string& host : hosts_) credential.add_allowed_hosts(host);
    credential.mutable_api_token()->set_header("X-Key");
    auth::SecretMap secrets;
    secrets.emplace("api_token.token", secret::Secret("sentinel"));
    return *auth::MakeAuthenticator(credential, secrets,
                                    {.transport = transport, .clock = clock_, .random = random_});
  }

  std::vector<std::string> hosts_;
  std::string credential_;
};

}  // namespace syncline::pull
