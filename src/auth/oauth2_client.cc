#include "auth/oauth2_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/exchange_limits.h"
#include "base/status.h"
#include "json/document.h"
#include "request/form.h"

namespace syncline::auth {
namespace {

// A parameter of the definition takes the place of ours of the same name.
void Replace(const OAuth2Fields& parameters, OAuth2Fields* fields) {
  for (const auto& [name, value] : parameters) {
    std::erase_if(*fields, [&name = name](const auto& field) { return field.first == name; });
    fields->emplace_back(name, value);
  }
}

// As RFC 6749 would send them, but as a JSON object; a name that repeats becomes a list.
std::string ToJsonBody(const OAuth2Fields& fields) {
  std::string body = "{";
  std::vector<std::string_view> done;
  for (const auto& [name, value] : fields) {
    if (std::ranges::find(done, name) != done.end()) continue;
    done.push_back(name);
    if (done.size() > 1) body += ',';
    json::AppendJsonString(name, &body);
    body += ':';
    const auto repeats = std::ranges::count(fields, name, &OAuth2Fields::value_type::first);
    if (repeats > 1) body += '[';
    bool first = true;
    for (const auto& [other, text] : fields) {
      if (other != name) continue;
      if (!first) body += ',';
      first = false;
      json::AppendJsonString(text, &body);
    }
    if (repeats > 1) body += ']';
  }
  return body + "}";
}

}  // namespace

absl::StatusOr<std::unique_ptr<OAuth2Client>> OAuth2Client::Make(
    const v1::OAuth2Authentication& spec, AllowedHosts hosts, const SecretMap& secrets,
    const Environment& environment) {
  base::FieldViolations violations;
  OAuth2Definition definition = OAuth2Definition::Compile(spec, &violations);
  if (!violations.empty()) {
    base::FieldViolations below;
    below.AddStatus("oauth2", violations.ToStatus());
    return below.ToStatus();
  }
  auto known = std::make_shared<KnownSecrets>();
  SYNCLINE_ASSIGN_OR_RETURN(ClientAuthentication authentication,
                            ClientAuthentication::Make(spec, secrets, known.get()));
  return std::unique_ptr<OAuth2Client>(new OAuth2Client(std::move(definition),
                                                        std::move(authentication), std::move(hosts),
                                                        environment, std::move(known)));
}

absl::StatusOr<std::optional<http::Url>> OAuth2Client::FindEndpoint(OAuth2Endpoint endpoint,
                                                                    base::SteadyTime deadline,
                                                                    std::stop_token stop) {
  const auto& own = definition_.endpoints();
  if (const auto found = own.find(endpoint); found != own.end()) return found->second;
  if (definition_.issuer().empty()) return std::optional<http::Url>();
  if (!metadata_.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(metadata_, FetchProviderMetadata(definition_.issuer(), hosts_,
                                                               environment_, deadline, stop));
  }
  const auto found = metadata_->endpoints.find(endpoint);
  if (found == metadata_->endpoints.end()) return std::optional<http::Url>();
  return found->second;
}

absl::StatusOr<http::Url> OAuth2Client::GetEndpoint(OAuth2Endpoint endpoint,
                                                    base::SteadyTime deadline,
                                                    std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(std::optional<http::Url> url,
                            FindEndpoint(endpoint, deadline, std::move(stop)));
  if (url.has_value()) return *std::move(url);
  return base::Error(
      base::Reason::kSignInFailed,
      fmt::format("The provider's metadata does not name the endpoint; set oauth2.{}.",
                  FieldOf(endpoint)));
}

absl::StatusOr<http::Request> OAuth2Client::MakeRequest(const http::Url& url,
                                                        const http::Url& token_url,
                                                        OAuth2Fields fields) {
  const base::Time now = environment_.clock.Now();
  http::Request request{.method = http::Method::kPost, .url = url};
  SYNCLINE_ASSIGN_OR_RETURN(const OAuth2Fields parameters, definition_.RenderParameters(now));
  SYNCLINE_ASSIGN_OR_RETURN(const OAuth2Fields headers, definition_.RenderHeaders(now));
  Replace(parameters, &fields);
  request.headers.Set("Accept", "application/json");
  request.headers.Set("Content-Type", definition_.sends_json()
                                          ? "application/json"
                                          : "application/x-www-form-urlencoded");
  for (const auto& [name, value] : headers) request.headers.Set(name, value);
  SYNCLINE_RETURN_IF_ERROR(
      authentication_.Apply(token_url, environment_, known_.get(), &fields, &request.headers));
  request.body = definition_.sends_json() ? ToJsonBody(fields) : request::EncodeForm(fields);
  return request;
}

absl::StatusOr<OAuth2Answer> OAuth2Client::Post(OAuth2Endpoint endpoint, OAuth2Fields fields,
                                                base::SteadyTime deadline, std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(const http::Url url, GetEndpoint(endpoint, deadline, stop));
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(url));
  SYNCLINE_ASSIGN_OR_RETURN(const http::Url token_url,
                            GetEndpoint(OAuth2Endpoint::kToken, deadline, stop));
  SYNCLINE_ASSIGN_OR_RETURN(const http::Request request,
                            MakeRequest(url, token_url, std::move(fields)));
  SYNCLINE_ASSIGN_OR_RETURN(const http::TransportLimits limits,
                            LimitsUntil(deadline, environment_.clock));
  SYNCLINE_ASSIGN_OR_RETURN(http::Response response,
                            environment_.transport.Send(request, limits, std::move(stop)));
  return OAuth2Answer(url, std::move(response), environment_.clock.Now());
}

absl::StatusOr<GrantedTokens> OAuth2Client::RequestTokens(OAuth2Fields fields,
                                                          base::SteadyTime deadline,
                                                          std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const OAuth2Answer answer,
      Post(OAuth2Endpoint::kToken, std::move(fields), deadline, std::move(stop)));
  SYNCLINE_ASSIGN_OR_RETURN(GrantedTokens tokens,
                            answer.ToTokens(definition_.answer_fields(), *known_));
  known_->AddObtained(tokens.access_token);
  known_->AddObtained(tokens.refresh_token);
  return tokens;
}

}  // namespace syncline::auth
