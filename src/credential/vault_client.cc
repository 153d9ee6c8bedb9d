#include "credential/vault_client.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/key_file.h"

namespace syncline::credential {
namespace {

constexpr std::size_t kVaultWordsMax = 300;

absl::Status Unavailable(std::string_view why, const base::ErrorMetadata& metadata = {}) {
  return base::Error(base::Reason::kSecretUnavailable, fmt::format("Vault: {}", why), metadata);
}

// Vault's own words: {"errors": ["permission denied"]}. They name paths and policies, no secrets.
std::string WordsOf(const json::Document& document) {
  json::Node errors;
  if (!document.root().Find("errors", &errors) || errors.kind() != json::Kind::kArray) return "";
  if (errors.size() == 0 || errors.first().kind() != json::Kind::kString) return "";
  return std::string(errors.first().text().substr(0, kVaultWordsMax));
}

std::string_view MeaningOf(int status) {
  switch (status) {
    case 403: return "it refuses our token; see the policy in docs/keys.md";
    case 404: return "there is nothing at this path";
    case 429:
    case 472:
    case 473: return "it is a standby that does not serve";
    case 503: return "it is sealed or in maintenance";
    default: return "";
  }
}

}  // namespace

absl::StatusOr<VaultClient::Answer> VaultClient::Get(std::string_view path) const {
  return Call(http::Method::kGet, path, "");
}

absl::StatusOr<VaultClient::Answer> VaultClient::Post(std::string_view path,
                                                      std::string body) const {
  return Call(http::Method::kPost, path, std::move(body));
}

absl::StatusOr<VaultClient::Answer> VaultClient::Call(http::Method method, std::string_view path,
                                                      std::string body) const {
  auto token = secret::ReadSecretFile(options_.token_file, kTokenBytesMax);
  if (!token.ok()) return Unavailable(base::MessageOf(token.status()));
  std::string_view bare = token->Reveal();
  while (bare.ends_with('\n') || bare.ends_with('\r')) bare.remove_suffix(1);
  if (bare.empty() || !http::IsHeaderValue(bare)) {
    return Unavailable(fmt::format("{} holds no token", options_.token_file));
  }
  http::Request request{.method = method, .body = std::move(body)};
  SYNCLINE_ASSIGN_OR_RETURN(request.url,
                            http::Url::Parse(fmt::format("{}/v1/{}", options_.address, path)));
  request.headers.Add("X-Vault-Token", std::string(bare));
  request.headers.Add("X-Vault-Request", "true");
  if (!options_.name_space.empty()) {
    request.headers.Add("X-Vault-Namespace", options_.name_space);
  }
  if (method == http::Method::kPost) request.headers.Add("Content-Type", "application/json");
  http::TransportLimits limits;
  limits.connect_timeout = kConnectTimeout;
  limits.total_timeout = kCallTimeout;
  limits.body_bytes_max = kAnswerBytesMax;
  auto response = transport_.Send(request, limits, {});
  const std::string where = request.url.ForLog();
  if (!response.ok()) {
    return Unavailable(fmt::format("{}: {}", where, base::MessageOf(response.status())));
  }
  auto document = json::Document::Parse(std::move(response->body));
  const bool is_json = document.ok();
  if (response->status != 200 || !is_json) {
    const std::string words = is_json ? WordsOf(**document) : "";
    return Unavailable(
        fmt::format("{} answered {}{}{}{}{}", where, response->status, words.empty() ? "" : ", ",
                    words, MeaningOf(response->status).empty() ? "" : ": ",
                    MeaningOf(response->status)),
        {{"status", std::to_string(response->status)}, {"words", words}});
  }
  Answer answer{.document = *std::move(document), .data = {}};
  if (!answer.document->root().Find("data", &answer.data) ||
      answer.data.kind() != json::Kind::kObject) {
    return Unavailable(fmt::format("{} answered without \"data\"", where));
  }
  return answer;
}

}  // namespace syncline::credential
