#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "auth/oauth2_client.h"
#include "secret/digest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {

// A provider that answers from a script, and the client's side of it.
struct ScriptedProvider {
  test::ScriptedTransport transport;
  test::FakeClock clock{test::FakeClock::Waits::kJump};  // at 1767225600
  base::SeededRandom random{1};

  Environment environment() { return {.transport = transport, .clock = clock, .random = random}; }

  // The last request's parameters; of one that repeats the values joined by a blank.
  std::map<std::string, std::string> Form() const {
    std::map<std::string, std::string> fields;
    const std::string body = transport.requests().back().body;
    for (const auto& [name, value] : ParseForm(body)) {
      std::string& text = fields[name];
      text += (text.empty() ? "" : " ") + value;
    }
    return fields;
  }
  std::string Header(std::string_view name) const {
    const http::Request request = transport.requests().back();
    return std::string(request.headers.Find(name).value_or("(none)"));
  }

  static std::vector<std::pair<std::string, std::string>> ParseForm(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> fields;
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find('&'));
      text.remove_prefix(std::min(part.size() + 1, text.size()));
      const std::size_t equals = part.find('=');
      fields.emplace_back(Decode(part.substr(0, equals)), Decode(part.substr(equals + 1)));
    }
    return fields;
  }

 private:
  static std::string Decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        decoded.push_back(
            static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
        i += 2;
      } else {
        decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      }
    }
    return decoded;
  }
};

inline v1::OAuth2Authentication ParseOAuth2(const std::string& text) {
  v1::OAuth2Authentication spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec)) << text;
  return spec;
}

// "login.example" and "api.example".
inline AllowedHosts ExampleHosts() { return *AllowedHosts::Make({"login.example", "api.example"}); }

inline SecretMap MakeSecrets(const std::map<std::string, std::string>& texts) {
  SecretMap secrets;
  for (const auto& [path, text] : texts) secrets.emplace("oauth2." + path, secret::Secret(text));
  return secrets;
}

inline std::unique_ptr<OAuth2Client> MakeClient(ScriptedProvider& provider, const std::string& text,
                                                const std::map<std::string, std::string>& secrets) {
  auto client = OAuth2Client::Make(ParseOAuth2(text), ExampleHosts(), MakeSecrets(secrets),
                                   provider.environment());
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

// The claims of a JSON Web Token, as JSON.
inline std::string ClaimsOf(std::string_view token) {
  const std::size_t first = token.find('.');
  return secret::DecodeBase64Url(token.substr(first + 1, token.rfind('.') - first - 1))
      .value_or("(no token)");
}

}  // namespace syncline::auth
