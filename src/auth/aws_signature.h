#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"
#include "secret/secret.h"

// AWS Signature Version 4 in headers. Pure functions, safe for concurrent use.
namespace syncline::auth {

// What AWS calls credentials: a long-lived pair, or one that was issued for a while with a token.
struct AwsKeys {
  std::string access_key_id;  // not secret: it stands in every Authorization header
  secret::Secret secret_access_key;
  secret::Secret session_token;  // empty = none
  AwsKeys Clone() const;
};

// What a signature is good for beside its day: "us-east-1", "iam".
struct AwsScope {
  std::string region;
  std::string service;
  friend bool operator==(const AwsScope&, const AwsScope&) = default;
};

// "20150830T123600Z".
std::string AwsTimestamp(base::Time time);

// `canonical_request` as CanonicalizeForAws makes it.
std::string AwsStringToSign(std::string_view timestamp, const AwsScope& scope,
                            std::string_view canonical_request);

// 64 digits in lower case.
std::string AwsSignature(const secret::Secret& secret_access_key, std::string_view timestamp,
                         const AwsScope& scope, std::string_view string_to_sign);

// The value of the Authorization header.
std::string AwsAuthorization(std::string_view access_key_id, std::string_view timestamp,
                             const AwsScope& scope, std::string_view signed_headers,
                             std::string_view signature);

// Makes the URL unambiguous and puts Authorization and the X-Amz- headers on the request, replacing
// those of an earlier signature. Everything else must be on it: what is signed is what goes out.
void SignForAws(http::Request* request, const AwsKeys& keys, const AwsScope& scope,
                base::Time time);

}  // namespace syncline::auth
