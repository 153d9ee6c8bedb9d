#pragma once

#include <memory>
#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/tls_transport.h"

namespace syncline::auth {

// Around every kind of sign-in: its requests, and what it asks for itself, go over connections that
// nobody else uses, with the credential's TLS settings.
class TlsAuthenticator final : public Authenticator {
 public:
  // `inner` sends what it asks for through `transport`.
  TlsAuthenticator(AllowedHosts hosts, std::shared_ptr<const http::TlsIdentity> identity,
                   std::unique_ptr<TlsTransport> transport, std::unique_ptr<Authenticator> inner)
      : hosts_(std::move(hosts)),
        identity_(std::move(identity)),
        transport_(std::move(transport)),
        inner_(std::move(inner)) {}

  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  absl::StatusOr<bool> Renew(const http::Response& answer, std::stop_token stop) override {
    return inner_->Renew(answer, std::move(stop));
  }
  absl::StatusOr<bool> RenewRefused(const http::Response& answer, std::stop_token stop) override {
    return inner_->RenewRefused(answer, std::move(stop));
  }
  absl::Status CheckRenewed(const http::Response& answer) override {
    return inner_->CheckRenewed(answer);
  }
  bool Refuses(const http::Response& answer) const override { return inner_->Refuses(answer); }
  int identity_count() const override { return inner_->identity_count(); }
  std::string IdentityName(int index) const override { return inner_->IdentityName(index); }
  void Select(int index) override { inner_->Select(index); }
  void End() override { inner_->End(); }
  bool NamesHost(const http::Url& url) const override { return inner_->NamesHost(url); }
  bool MayFollowRedirects() const override { return inner_->MayFollowRedirects(); }
  void Strip(http::Url* url) const override { inner_->Strip(url); }
  std::string Scrub(std::string text) const override { return inner_->Scrub(std::move(text)); }

 private:
  const AllowedHosts hosts_;
  const std::shared_ptr<const http::TlsIdentity> identity_;
  const std::unique_ptr<TlsTransport> transport_;
  const std::unique_ptr<Authenticator> inner_;
};

}  // namespace syncline::auth
