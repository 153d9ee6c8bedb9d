#include "auth/sign_in_check.h"

#include <fmt/format.h>

#include <vector>

#include "auth/secret_fields.h"
#include "http/cookie_header.h"
#include "http/message.h"

namespace syncline::auth {

void SignInCheck::Add(std::string_view field, std::string description) const {
  violations_->Add(fmt::format("{}{}", prefix_, field), std::move(description));
}

void SignInCheck::AddStatus(std::string_view field, const absl::Status& status) const {
  violations_->AddStatus(fmt::format("{}{}", prefix_, field), status);
}

const secret::Secret* SignInCheck::Given(std::string_view path) const {
  const auto found = given_.find(fmt::format("{}{}", prefix_, path));
  return found == given_.end() ? nullptr : &found->second;
}

bool SignInCheck::HasSecret(std::string_view path) const {
  if (const secret::Secret* const secret = Given(path); secret != nullptr) return !secret->empty();
  const std::string whole = fmt::format("{}{}", prefix_, path);
  if (stored_.contains(whole)) return true;
  for (const auto& [json_path, reference] : credential_.secret_references()) {
    if (SecretPathOf(credential_, json_path) == whole) return true;
  }
  return false;
}

std::set<std::string> SignInCheck::SecretNames(std::string_view path) const {
  const std::string begin = fmt::format("{}{}.", prefix_, path);
  std::set<std::string> names;
  for (const std::string& stored : stored_) {
    if (stored.starts_with(begin)) names.insert(stored.substr(begin.size()));
  }
  for (const auto& [given, secret] : given_) {
    if (given.starts_with(begin)) names.insert(given.substr(begin.size()));
  }
  for (const auto& [json_path, reference] : credential_.secret_references()) {
    const auto whole = SecretPathOf(credential_, json_path);
    if (whole.has_value() && whole->starts_with(begin)) names.insert(whole->substr(begin.size()));
  }
  // An empty one takes the stored one away.
  std::erase_if(
      names, [&](const std::string& name) { return !HasSecret(fmt::format("{}.{}", path, name)); });
  return names;
}

void SignInCheck::CheckSecret(std::string_view path, std::string_view field, bool required,
                              Where where) const {
  if (required && !HasSecret(path)) {
    Add(field,
        "is required when the credential is new, changes its kind, or changes where secrets are "
        "sent (its allowed hosts, for one)");
  }
  const secret::Secret* const secret = Given(path);
  if (secret == nullptr) return;
  if (secret->Reveal().size() > kSecretBytesMax) {
    Add(field, fmt::format("is longer than {} bytes", kSecretBytesMax));
  }
  if (where == Where::kHeader && !http::IsHeaderValue(secret->Reveal())) {
    Add(field,
        "holds a control character, which no header may carry; a line break at the end of a file "
        "is a common cause");
  }
  if (where == Where::kCookie && !http::IsCookieValue(secret->Reveal())) {
    Add(field,
        "holds a character that no cookie may carry (RFC 6265 4.1.1); a line break at the end of a "
        "file is a common cause");
  }
}

void SignInCheck::CheckHost(std::string_view field, const http::Url& url) const {
  const std::vector<std::string> entries(credential_.allowed_hosts().begin(),
                                         credential_.allowed_hosts().end());
  const auto hosts = AllowedHosts::Make(entries);
  if (!hosts.ok() || hosts->Contains(url)) return;  // wrong entries are named elsewhere
  Add(field, fmt::format("leads to {}, which allowedHosts does not name; add \"{}\" there",
                         url.origin(), url.host));
}

}  // namespace syncline::auth
