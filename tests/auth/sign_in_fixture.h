#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

// What tests of the kinds of sign-in share: a credential in protobuf text with its secrets in it,
// validated and made as the server does it.
namespace syncline::auth {

inline v1::Credential ParseCredential(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

inline absl::Status ValidateText(const std::string& text, const std::set<std::string>& stored = {},
                                 base::Time now = {}) {
  v1::Credential credential = ParseCredential(text);
  const SecretMap given = ExtractSecrets(&credential);
  return ValidateCredential(credential, given, stored, now);
}

// "field: description" of every mistake.
inline std::vector<std::string> MistakesOf(const absl::Status& status) {
  std::vector<std::string> mistakes;
  for (const auto& [field, description] : base::FieldViolationsOf(status)) {
    mistakes.push_back(field + ": " + description);
  }
  return mistakes;
}

inline std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

// A vendor that answers by script, and what sign-ins reach it with.
struct ScriptedVendor {
  ScriptedVendor() = default;
  explicit ScriptedVendor(test::ScriptedTransport::Answer answer) : transport(std::move(answer)) {}

  // Made from a credential that must be valid.
  std::unique_ptr<Authenticator> Make(const std::string& text) {
    v1::Credential credential = ParseCredential(text);
    const SecretMap secrets = ExtractSecrets(&credential);
    const absl::Status valid = ValidateCredential(credential, secrets, {}, clock.Now());
    EXPECT_TRUE(valid.ok()) << text << ": " << base::MessageOf(valid);
    auto made = MakeAuthenticator(credential, secrets,
                                  {.transport = transport, .clock = clock, .random = random});
    EXPECT_TRUE(made.ok()) << text << ": " << base::MessageOf(made.status());
    return made.ok() ? *std::move(made) : nullptr;
  }

  test::ScriptedTransport transport;
  test::FakeClock clock;
  base::SeededRandom random{1};
};

inline http::Request RequestOf(const std::string& url) {
  return http::Request{.url = *http::Url::Parse(url)};
}

}  // namespace syncline::auth
