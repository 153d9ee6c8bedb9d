// Any bytes as a streamed list, JSON or JSON Lines: what comes in pieces becomes what comes as a
// whole, and a list that the parser takes as a whole is cut into the same records.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "decode/json_array_cutter.h"
#include "decode/json_lines_cutter.h"
#include "json/document.h"
#include "tests/decode/cut.h"

namespace {

using namespace syncline::decode;
using syncline::json::Document;
using syncline::json::Node;

constexpr RecordPage::Limits kLimits{.records_max = 3};

// The records of all pages; false when a page is not JSON, which only the parser finds out.
bool ReadPages(const std::vector<RecordPage::Cut>& pages, std::vector<std::string>* records) {
  for (const RecordPage::Cut& page : pages) {
    const auto document = Document::Parse(page.text);
    if (!document.ok()) return false;
    const Node root = (*document)->root();
    if (root.size() != page.count) std::abort();
    for (std::uint32_t i = 0; i < root.size(); ++i) records->push_back(ToJson(root.ElementAt(i)));
  }
  return true;
}

void CheckArray(std::string_view body, std::size_t piece, const std::vector<std::string>& path) {
  JsonArrayCutter whole_cutter(path, false);
  JsonArrayCutter piece_cutter(path, false);
  const auto whole = CutAll(whole_cutter, body, body.size() + 1, kLimits);
  const auto pieces = CutAll(piece_cutter, body, piece, kLimits);
  if (whole.ok() != pieces.ok()) std::abort();
  if (whole.ok() && TextsOf(*whole) != TextsOf(*pieces)) std::abort();
  const auto document = Document::Parse(std::string(body));
  if (!document.ok()) return;
  Node list = (*document)->root();
  for (const std::string& name : path) {
    if (!list.Find(name, &list)) return;
  }
  if (list.kind() != syncline::json::Kind::kArray) return;
  std::vector<std::string> records;
  // A member that is there twice is refused when it is streamed.
  if (!whole.ok()) return;
  if (!ReadPages(*whole, &records) || records.size() != list.size()) std::abort();
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    if (records[i] != ToJson(list.ElementAt(i))) std::abort();
  }
}

void CheckLines(std::string_view body, std::size_t piece) {
  JsonLinesCutter whole_cutter;
  JsonLinesCutter piece_cutter;
  const auto whole = CutAll(whole_cutter, body, body.size() + 1, kLimits);
  const auto pieces = CutAll(piece_cutter, body, piece, kLimits);
  if (whole.ok() != pieces.ok()) std::abort();
  if (!whole.ok()) return;
  if (TextsOf(*whole) != TextsOf(*pieces)) std::abort();
  std::vector<std::string> records;
  ReadPages(*whole, &records);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0] % 16;
  CheckArray(body, piece, {});
  CheckArray(body, piece, {"a"});
  CheckArray(body, piece, {"a", "b"});
  CheckLines(body, piece);
  return 0;
}
