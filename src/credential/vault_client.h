#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "http/transport.h"
#include "json/document.h"

namespace syncline::credential {

// Speaks to one HashiCorp Vault (developer.hashicorp.com/vault/api-docs) over the transport of the
// caller. The token is read from its file at every call, because an agent beside us renews it
// there. Safe for concurrent use; a call takes kCallTimeout at most. Owned by the composition root.
class VaultClient {
 public:
  struct Options {
    std::string address;  // "https://vault.example:8200", without a path
    std::string token_file;
    std::string name_space;  // X-Vault-Namespace; "" = none
  };
  static constexpr std::chrono::milliseconds kConnectTimeout{1'500};
  static constexpr std::chrono::milliseconds kCallTimeout{4'000};
  static constexpr std::size_t kAnswerBytesMax = 1024 * 1024;
  static constexpr std::size_t kTokenBytesMax = 4'096;

  VaultClient(Options options, http::Transport& transport)
      : options_(std::move(options)), transport_(transport) {}

  // What Vault answered below "data", or why it did not. The error's metadata "status" is Vault's
  // HTTP status, absent when there was no answer. SECRET_UNAVAILABLE.
  struct Answer {
    std::shared_ptr<const json::Document> document;
    json::Node data;
  };
  // `path` below /v1/, already percent-encoded where it must be.
  absl::StatusOr<Answer> Get(std::string_view path) const;
  // `body`: a JSON object. May hold secrets, as may the answer.
  absl::StatusOr<Answer> Post(std::string_view path, std::string body) const;

 private:
  absl::StatusOr<Answer> Call(http::Method method, std::string_view path, std::string body) const;

  const Options options_;
  http::Transport& transport_;
};

}  // namespace syncline::credential
