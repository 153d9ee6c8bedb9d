#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "http/transport.h"
#include "json/document.h"

namespace syncline::test {

// A HashiCorp Vault as far as Syncline speaks with it: one transit key "syncline" at "transit", and
// KV version 2 at "secret". In memory; its ciphertexts are numbers of what it holds. Safe for
// concurrent use.
class ScriptedVault final : public http::Transport {
 public:
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override;

  // Every call fails as if nobody listened.
  void SetDown(bool down);
  // Every call is answered so.
  void SetStatus(int status);
  void SetToken(std::string token);
  void SetDerived(bool derived);
  void Rotate();                                              // a new version of the transit key
  void SetOldestVersion(int version);                         // min_decryption_version
  void PutSecret(const std::string& path, std::string json);  // "syncline/okta", {"token": "x"}
  int request_count() const;
  std::vector<std::string> paths() const;

 private:
  struct Held {
    std::string plaintext;  // base64, as it came
    std::string associated_data;
    std::string context;
    int version;
  };
  http::Response Answer(const http::Request& request);
  http::Response Encrypt(json::Node body);
  http::Response Decrypt(json::Node body);

  mutable std::mutex mutex_;
  bool down_ = false;
  int status_ = 0;
  std::string token_ = "vault-token";
  bool derived_ = false;
  int latest_ = 1;
  int oldest_ = 1;
  std::vector<Held> held_;
  std::map<std::string, std::string> secrets_;
  std::vector<std::string> paths_;
};

}  // namespace syncline::test
