#include "auth/oauth2_grant.h"

#include <fmt/format.h>

#include <utility>

#include "auth/jwt_writer.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

using OAuth2 = v1::OAuth2Authentication;

constexpr const char* kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::chrono::minutes kAssertionLifetimeDefault{5};

absl::Status Corrupt(std::string_view what) {
  return base::Error(base::Reason::kCredentialCorrupt,
                     fmt::format("The credential {}; store its secret parts anew.", what));
}

// From what is configured, each time (RFC 6749 4.3, 4.4). A refresh token that comes along is left:
// it would be one more thing to lose.
class ConfiguredGrant : public TokenGrant {
 public:
  explicit ConfiguredGrant(std::unique_ptr<OAuth2Client> client) : client_(std::move(client)) {}

  absl::StatusOr<GrantedTokens> Obtain(const secret::Secret&, std::stop_token stop) override {
    const base::SteadyTime deadline = client_->Deadline();
    SYNCLINE_ASSIGN_OR_RETURN(OAuth2Fields fields, Fields(deadline, stop));
    for (auto& target : client_->definition().Targets(true)) fields.push_back(std::move(target));
    SYNCLINE_ASSIGN_OR_RETURN(GrantedTokens tokens,
                              client_->RequestTokens(std::move(fields), deadline, std::move(stop)));
    tokens.refresh_token = secret::Secret();
    return tokens;
  }

 protected:
  virtual absl::StatusOr<OAuth2Fields> Fields(base::SteadyTime deadline, std::stop_token stop) = 0;
  OAuth2Client& client() { return *client_; }

 private:
  const std::unique_ptr<OAuth2Client> client_;
};

class ClientCredentialsGrant final : public ConfiguredGrant {
 public:
  using ConfiguredGrant::ConfiguredGrant;

 private:
  absl::StatusOr<OAuth2Fields> Fields(base::SteadyTime, std::stop_token) override {
    return OAuth2Fields{{"grant_type", "client_credentials"}};
  }
};

class PasswordGrant final : public ConfiguredGrant {
 public:
  PasswordGrant(std::unique_ptr<OAuth2Client> client, std::string username, secret::Secret password)
      : ConfiguredGrant(std::move(client)),
        username_(std::move(username)),
        password_(std::move(password)) {}

 private:
  absl::StatusOr<OAuth2Fields> Fields(base::SteadyTime, std::stop_token) override {
    return OAuth2Fields{{"grant_type", "password"},
                        {"username", username_},
                        {"password", std::string(password_.Reveal())}};
  }

  const std::string username_;
  const secret::Secret password_;
};

class JwtBearerGrant final : public ConfiguredGrant {
 public:
  JwtBearerGrant(std::unique_ptr<OAuth2Client> client, const v1::JwtBearerGrant& spec,
                 JwtWriter writer)
      : ConfiguredGrant(std::move(client)),
        issuer_(spec.issuer()),
        subject_(spec.subject()),
        audience_(spec.audience()),
        lifetime_(spec.has_lifetime() ? std::chrono::seconds(spec.lifetime().seconds())
                                      : kAssertionLifetimeDefault),
        writer_(std::move(writer)) {}

 private:
  // RFC 7523 2.1 and 3.
  absl::StatusOr<OAuth2Fields> Fields(base::SteadyTime deadline, std::stop_token stop) override {
    const Environment& environment = client().environment();
    const base::Time now = environment.clock.Now();
    std::string audience = audience_;
    if (audience.empty()) {
      SYNCLINE_ASSIGN_OR_RETURN(const http::Url token_url,
                                client().GetEndpoint(OAuth2Endpoint::kToken, deadline, stop));
      audience = token_url.ToString();
    }
    JwtMembers claims;
    SYNCLINE_ASSIGN_OR_RETURN(const OAuth2Fields further, client().definition().RenderClaims(now));
    for (const auto& [name, value] : further) claims.SetText(name, value);
    claims.SetText("iss", issuer_.empty() ? client().definition().client_id() : issuer_);
    if (!subject_.empty()) claims.SetText("sub", subject_);
    claims.SetText("aud", audience);
    SYNCLINE_ASSIGN_OR_RETURN(
        const secret::Secret assertion,
        writer_.Write(std::move(claims), {.now = now, .lifetime = lifetime_, .not_before = true},
                      environment.random));
    client().known_secrets()->AddObtained(assertion);
    return OAuth2Fields{{"grant_type", kJwtBearer}, {"assertion", std::string(assertion.Reveal())}};
  }

  const std::string issuer_;
  const std::string subject_;
  const std::string audience_;
  const std::chrono::seconds lifetime_;
  const JwtWriter writer_;
};

// With the newest refresh token (RFC 6749 6), whichever way the first one came.
class RefreshGrant final : public TokenGrant {
 public:
  // `configured` is what to begin with, or empty; `with_scope`: a narrower scope is asked for than
  // the token was granted for.
  RefreshGrant(std::unique_ptr<OAuth2Client> client, secret::Secret configured, bool with_scope)
      : client_(std::move(client)), configured_(std::move(configured)), with_scope_(with_scope) {}

  absl::StatusOr<GrantedTokens> Obtain(const secret::Secret& refresh_token,
                                       std::stop_token stop) override {
    const secret::Secret& token = refresh_token.empty() ? configured_ : refresh_token;
    if (token.empty()) {
      return base::Error(base::Reason::kReauthRequired,
                         "There is no refresh token: nobody has authorized the credential yet, or "
                         "the provider gave none (many want the scope offline_access, or the "
                         "parameter access_type=offline)");
    }
    client_->known_secrets()->AddObtained(token);
    OAuth2Fields fields = {{"grant_type", "refresh_token"},
                           {"refresh_token", std::string(token.Reveal())}};
    for (auto& target : client_->definition().Targets(with_scope_)) {
      fields.push_back(std::move(target));
    }
    return client_->RequestTokens(std::move(fields), client_->Deadline(), std::move(stop));
  }

 private:
  const std::unique_ptr<OAuth2Client> client_;
  const secret::Secret configured_;
  const bool with_scope_;
};

const secret::Secret* Find(const SecretMap& secrets, const char* path) {
  const auto found = secrets.find(path);
  return found == secrets.end() || found->second.empty() ? nullptr : &found->second;
}

absl::StatusOr<std::unique_ptr<TokenGrant>> MakeJwtBearer(const v1::JwtBearerGrant& spec,
                                                          std::unique_ptr<OAuth2Client> client,
                                                          const SecretMap& secrets) {
  const secret::Secret* const key = Find(secrets, "oauth2.jwt_bearer.key.private_key");
  if (key == nullptr) return Corrupt("has no private key stored");
  auto writer = JwtWriter::Make(spec.key(), *key);
  if (!writer.ok()) {
    return Corrupt(fmt::format("has a private key that {}", base::MessageOf(writer.status())));
  }
  client->known_secrets()->Add(*key);
  return std::make_unique<JwtBearerGrant>(std::move(client), spec, *std::move(writer));
}

}  // namespace

bool RenewsByRefreshToken(const OAuth2& spec) {
  return spec.has_authorization_code() || spec.has_device_code() || spec.has_refresh_token();
}

absl::StatusOr<std::unique_ptr<TokenGrant>> MakeTokenGrant(std::unique_ptr<OAuth2Client> client,
                                                           const OAuth2& spec,
                                                           const SecretMap& secrets) {
  switch (spec.grant_case()) {
    case OAuth2::kClientCredentials:
      return std::make_unique<ClientCredentialsGrant>(std::move(client));
    case OAuth2::kPassword: {
      const secret::Secret* const password = Find(secrets, "oauth2.password.password");
      if (password == nullptr) return Corrupt("has no password stored");
      client->known_secrets()->Add(*password);
      return std::make_unique<PasswordGrant>(std::move(client), spec.password().username(),
                                             password->Clone());
    }
    case OAuth2::kJwtBearer: return MakeJwtBearer(spec.jwt_bearer(), std::move(client), secrets);
    case OAuth2::kRefreshToken: {
      const secret::Secret* const token = Find(secrets, "oauth2.refresh_token.refresh_token");
      if (token == nullptr) return Corrupt("has no refresh token stored");
      // I5: also while an access token serves that another worker obtained with it.
      client->known_secrets()->Add(*token);
      return std::make_unique<RefreshGrant>(std::move(client), token->Clone(), true);
    }
    case OAuth2::kAuthorizationCode:
    case OAuth2::kDeviceCode:
      return std::make_unique<RefreshGrant>(std::move(client), secret::Secret(), false);
    case OAuth2::GRANT_NOT_SET: break;
  }
  return base::InvalidFields({{"oauth2", "set one of the grants, e.g. clientCredentials"}});
}

absl::StatusOr<std::unique_ptr<TokenGrant>> MakeTokenGrant(const OAuth2& spec, AllowedHosts hosts,
                                                           const SecretMap& secrets,
                                                           const Environment& environment) {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<OAuth2Client> client,
                            OAuth2Client::Make(spec, std::move(hosts), secrets, environment));
  return MakeTokenGrant(std::move(client), spec, secrets);
}

}  // namespace syncline::auth
