#include "tests/support/scripted_vault.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/status.h"
#include "tests/support/scripted_transport.h"

namespace syncline::test {
namespace {

std::string TextAt(json::Node object, std::string_view name) {
  json::Node node;
  return object.Find(name, &node) ? std::string(node.text()) : "";
}

http::Response Refuse(int status, std::string_view words) {
  return JsonResponse(fmt::format(R"({{"errors":["{}"]}})", words), status);
}

// Digits as base64: their count is a multiple of four.
std::string NumberText(std::size_t number) { return fmt::format("{:08}", number); }

}  // namespace

absl::StatusOr<http::Response> ScriptedVault::Send(const http::Request& request,
                                                   const http::TransportLimits&, std::stop_token) {
  const std::lock_guard lock(mutex_);
  paths_.push_back(request.url.path);
  if (down_) return base::Error(base::Reason::kVendorUnreachable, "connection refused");
  if (status_ != 0) return Refuse(status_, "as scripted");
  if (request.headers.Find("X-Vault-Token") != token_) return Refuse(403, "permission denied");
  return Answer(request);
}

http::Response ScriptedVault::Answer(const http::Request& request) {
  const std::string& path = request.url.path;
  if (path == "/v1/transit/keys/syncline") {
    return JsonResponse(fmt::format(
        R"({{"data":{{"latest_version":{},"min_decryption_version":{},"derived":{}}}}})", latest_,
        oldest_, derived_));
  }
  if (path.starts_with("/v1/secret/data/")) {
    const auto found = secrets_.find(path.substr(16));
    if (found == secrets_.end()) return JsonResponse(R"({"errors":[]})", 404);
    return JsonResponse(fmt::format(R"({{"data":{{"data":{}}}}})", found->second));
  }
  const auto body = json::Document::Parse(request.body);
  if (!body.ok()) return Refuse(400, "failed to parse JSON input");
  if (path == "/v1/transit/encrypt/syncline") return Encrypt((*body)->root());
  if (path == "/v1/transit/decrypt/syncline") return Decrypt((*body)->root());
  return Refuse(404, "no handler for route");
}

http::Response ScriptedVault::Encrypt(json::Node body) {
  if (derived_ && TextAt(body, "context").empty()) return Refuse(400, "missing 'context'");
  held_.push_back({TextAt(body, "plaintext"), TextAt(body, "associated_data"),
                   TextAt(body, "context"), latest_});
  return JsonResponse(fmt::format(R"({{"data":{{"ciphertext":"vault:v{}:{}"}}}})", latest_,
                                  NumberText(held_.size() - 1)));
}

http::Response ScriptedVault::Decrypt(json::Node body) {
  const std::string text = TextAt(body, "ciphertext");
  const std::size_t at = std::strtoull(text.substr(text.rfind(':') + 1).c_str(), nullptr, 10);
  if (at >= held_.size()) return Refuse(400, "cipher: message authentication failed");
  const Held& held = held_[at];
  if (text != fmt::format("vault:v{}:{}", held.version, NumberText(at)) ||
      held.associated_data != TextAt(body, "associated_data") ||
      held.context != TextAt(body, "context")) {
    return Refuse(400, "cipher: message authentication failed");
  }
  if (held.version < oldest_) {
    return Refuse(400, "ciphertext or signature version is disallowed by policy (too old)");
  }
  return JsonResponse(fmt::format(R"({{"data":{{"plaintext":"{}"}}}})", held.plaintext));
}

void ScriptedVault::SetDown(bool down) {
  const std::lock_guard lock(mutex_);
  down_ = down;
}

void ScriptedVault::SetStatus(int status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
}

void ScriptedVault::SetToken(std::string token) {
  const std::lock_guard lock(mutex_);
  token_ = std::move(token);
}

void ScriptedVault::SetDerived(bool derived) {
  const std::lock_guard lock(mutex_);
  derived_ = derived;
}

void ScriptedVault::Rotate() {
  const std::lock_guard lock(mutex_);
  ++latest_;
}

void ScriptedVault::SetOldestVersion(int version) {
  const std::lock_guard lock(mutex_);
  oldest_ = version;
}

void ScriptedVault::PutSecret(const std::string& path, std::string json) {
  const std::lock_guard lock(mutex_);
  secrets_[path] = std::move(json);
}

int ScriptedVault::request_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(paths_.size());
}

std::vector<std::string> ScriptedVault::paths() const {
  const std::lock_guard lock(mutex_);
  return paths_;
}

}  // namespace syncline::test
