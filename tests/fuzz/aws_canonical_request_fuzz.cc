// Any URL, header and body: what goes out is what was signed, and nothing on the way rewrites it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/aws_canonical_request.h"
#include "auth/aws_signature.h"

using namespace syncline;

namespace {

std::string_view Take(std::string_view* bytes, char until) {
  const std::size_t end = std::min(bytes->find(until), bytes->size());
  const std::string_view part = bytes->substr(0, end);
  bytes->remove_prefix(std::min(end + 1, bytes->size()));
  return part;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

// A canonical text that is taken as it stands has exactly these lines: no part of a request can
// look like another.
void CheckLines(const auth::AwsCanonicalRequest& canonical, std::size_t header_count) {
  std::size_t lines = 1;
  for (const char c : canonical.text) lines += c == '\n' ? 1 : 0;
  Require(lines == header_count + 6);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view target = Take(&bytes, '\n');
  const std::string_view header = Take(&bytes, '\n');
  for (const char* service : {"s3", "iam"}) {
    const auth::AwsSigningRules rules = auth::AwsRulesOf(service);
    http::Headers headers;
    headers.Add("Host", "h.example");
    headers.Add("X-Header", std::string(header));
    // As it comes, also what no URL holds.
    const std::size_t question = std::min(target.find('?'), target.size());
    CheckLines(auth::CanonicalizeForAws("GET", target.substr(0, question), target.substr(question),
                                        headers, "hash", rules),
               2);

    const auto url = http::Url::Parse("https://h.example/" + std::string(target));
    if (!url.ok()) continue;
    http::Url sent = *url;
    auth::MakeUnambiguous(&sent);
    Require(sent.ToString().size() <= 3 * url->ToString().size());
    http::Url again = sent;
    auth::MakeUnambiguous(&again);
    Require(again.ToString() == sent.ToString());
    if (sent.ToString().size() <= http::Url::kBytesMax) {
      const auto parsed = http::Url::Parse(sent.ToString());
      Require(parsed.ok() && parsed->ToString() == sent.ToString());
    }
    // Spelled otherwise, a query means the same: it is signed the same.
    http::Url as_it_was = *url;
    as_it_was.path = sent.path;
    Require(auth::CanonicalizeForAws("GET", as_it_was.path, as_it_was.query, headers, "h", rules)
                .text ==
            auth::CanonicalizeForAws("GET", sent.path, sent.query, headers, "h", rules).text);

    http::Request request{.url = *url, .body = std::string(bytes)};
    request.headers.Add("X-Header", std::string(header));
    auth::SignForAws(&request, {"AKID", secret::Secret("s"), secret::Secret("t")},
                     {"us-east-1", service}, base::Time());
    Require(request.url.ToString() == sent.ToString());
    Require(http::IsHeaderValue(*request.headers.Find("Authorization")));
  }
  return 0;
}
