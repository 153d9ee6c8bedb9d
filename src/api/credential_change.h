#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/status.h"
#include "credential/secret_source.h"
#include "syncline/v1/credential.pb.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::api {

// An update of a credential and what happens to its secret parts. Plain value, made and used within
// one call.
struct CredentialChange {
  v1::Credential before;      // as it is stored
  v1::Credential credential;  // what it becomes, without secret parts
  auth::SecretMap given;
  bool keeps_kind = true;
  bool gives_references = true;
  bool changes_hosts = false;
  bool changes_references = false;
  // Whether the stored key fits another certificate could only be told by opening it.
  bool certificate_changes = false;

  // Whether a stored secret part is still good for what the credential has become: it has its place
  // and goes where it went, or whoever may change that could send it to a place of their own.
  // `path` as the vault keys it.
  bool Stays(const std::string& path) const;
  // Which of the stored parts go: those that do not stay, and those that a reference now stands
  // for.
  std::set<std::string> GoneOf(const std::set<std::string>& stored) const;
};

std::set<std::string> HostsOf(const v1::Credential& credential);

// `merged`: what is stored with the fields of the request's mask written over it.
CredentialChange MakeCredentialChange(const v1::UpdateCredentialRequest& request,
                                      v1::Credential merged, const v1::Credential& stored);

// What of the references this server could not read.
void CheckReferences(const credential::SecretSources& sources, const v1::Credential& credential,
                     base::FieldViolations& wrong);

// INVALID_ARGUMENT with every mistake; secret parts that are wanted again are among them. `stored`:
// paths of the parts that there are.
absl::Status CheckCredentialChange(const credential::SecretSources& sources, base::Time now,
                                   const CredentialChange& change,
                                   const std::set<std::string>& stored);

}  // namespace syncline::api
