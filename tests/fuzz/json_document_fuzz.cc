// Any bytes: parsing never crashes, and what was accepted is written as JSON that reads the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using syncline::json::Document;
  const auto document = Document::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) return 0;
  const std::string written = ToJson((*document)->root());
  const auto again = Document::Parse(written);
  if (!again.ok() || ToJson((*again)->root()) != written) std::abort();
  return 0;
}
