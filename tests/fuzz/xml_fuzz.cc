// Any bytes as XML: reading never crashes, and what was accepted becomes JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/document.h"
#include "xml/json_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = syncline::xml::ToJsonText(text, {"a/b", "a/b/c"});
  if (!json.ok() || !syncline::json::IsValidUtf8(*json)) return 0;
  if (!syncline::json::Document::Parse(*json).ok()) std::abort();
  return 0;
}
