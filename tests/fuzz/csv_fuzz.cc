// Any bytes as CSV: reading never crashes, what comes in pieces becomes what comes as a whole, and
// what was accepted is JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "decode/csv_cutter.h"
#include "json/document.h"
#include "tests/decode/cut.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syncline::decode;
  if (size < 2) return 0;
  syncline::v1::CsvFormat format;
  format.set_delimiter(std::string(1, ",;\t|"[data[0] % 4]));
  format.set_skip_line_count(data[0] / 4 % 3);
  if (data[0] >= 128) format.add_columns("a");
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  CsvCutter whole_cutter(format);
  CsvCutter piece_cutter(format);
  const RecordPage::Limits limits{.records_max = 3, .record_bytes_max = 4'096};
  const auto whole = CutAll(whole_cutter, body, body.size() + 1, limits);
  const auto pieces = CutAll(piece_cutter, body, 1 + data[1] % 16, limits);
  if (whole.ok() != pieces.ok()) std::abort();
  if (!whole.ok()) return 0;
  if (TextsOf(*whole) != TextsOf(*pieces)) std::abort();
  for (const RecordPage::Cut& page : *whole) {
    // CSV itself may be in no encoding at all.
    if (!syncline::json::IsValidUtf8(page.text)) return 0;
    const auto document = syncline::json::Document::Parse(page.text);
    if (!document.ok() || (*document)->root().size() != page.count) std::abort();
  }
  return 0;
}
