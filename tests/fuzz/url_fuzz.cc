// A URL, and a reference to resolve, as vendors write them: what is accepted comes back unchanged
// when it is read again, names one host, and holds nothing that could end a request line.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/ip_address.h"
#include "http/message.h"
#include "http/query.h"

namespace {

using syncline::http::Url;

void Check(const Url& url) {
  const std::string text = url.ToString();
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; })) {
    std::abort();
  }
  if (url.path.empty() || url.path.front() != '/' || url.host.empty()) std::abort();
  if (url.port < 1 || url.port > 65535) std::abort();
  // What resolvers would read as an address is one in the standard spelling, or no host.
  if (url.host.find_first_not_of("0123456789.") == std::string::npos &&
      !syncline::http::IpAddress::Parse(url.host).has_value()) {
    std::abort();
  }
  if (text.size() > Url::kBytesMax) return;  // encoding made it longer than may be read
  const auto again = Url::Parse(text);
  if (!again.ok() || again->ToString() != text || again->origin() != url.origin()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto url = Url::Parse(text); url.ok()) {
    Check(*url);
    syncline::http::SetQueryParameter(&*url, "a b", text.substr(0, 64));
    const auto parameters = syncline::http::ParseQuery(url->query);
    if (std::count_if(parameters.begin(), parameters.end(),
                      [](const auto& parameter) { return parameter.first == "a b"; }) != 1) {
      std::abort();
    }
  }
  const auto base = Url::Parse("https://v.example:8443/a/b?c=d");
  if (const auto url = syncline::http::ResolveReference(*base, text); url.ok()) Check(*url);
  return 0;
}
