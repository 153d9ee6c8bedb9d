// A Link header as a vendor writes it: reading it never crashes, stays within its bound, and yields
// relations that look up; every target is resolved as a next link would be.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/message.h"
#include "pull/link_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto links = syncline::pull::ParseLinkHeader(text);
  if (links.size() > syncline::pull::kLinkCountMax) std::abort();
  const auto base = syncline::http::Url::Parse("https://v.example/a/b?c=d");
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto& [relation, target] = links[i];
    if (relation.empty() || relation != syncline::http::ToLowerCase(relation)) std::abort();
    for (std::size_t j = 0; j < i; ++j) {
      if (links[j].first == relation) std::abort();  // the first one counts
    }
    if (text.find(target) == std::string_view::npos) std::abort();
    (void)syncline::http::ResolveReference(*base, target);
  }
  return 0;
}
