#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

// The canonical form of a request that AWS Signature Version 4 signs (docs.aws.amazon.com, "Create
// a signed AWS API request"). Pure functions, safe for concurrent use.
namespace syncline::auth {

// What differs between services.
struct AwsSigningRules {
  bool encode_path_twice = true;     // the path as sent is encoded once more
  bool normalize_path = true;        // "//" and dot segments are folded first
  bool send_content_sha256 = false;  // X-Amz-Content-Sha256 is mandatory
};
// Of a service by its signing name. S3 and its relatives: the path is encoded once, nothing is
// folded, since "a//b" and "a/../b" are keys of objects.
AwsSigningRules AwsRulesOf(std::string_view service);

struct AwsCanonicalRequest {
  std::string text;
  std::string signed_headers;  // "host;x-amz-date"
};

// `path` and `query` are as they are sent, `headers` hold Host and all others; those that proxies
// change or add are left out (Connection, User-Agent, …). `body_sha256` is in hex.
AwsCanonicalRequest CanonicalizeForAws(std::string_view method, std::string_view path,
                                       std::string_view query, const http::Headers& headers,
                                       std::string_view body_sha256, const AwsSigningRules& rules);

// Rewrites path and query into the one spelling that everybody who decodes and encodes them again
// arrives at: every reserved character of a value is escaped, escapes are upper case, "+" in a
// query is "%20". The order of parameters stays. What is signed is then what is sent, byte for
// byte, and what the service takes apart. Twice is the same as once; the length at most trebles.
void MakeUnambiguous(http::Url* url);

}  // namespace syncline::auth
