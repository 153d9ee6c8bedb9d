#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/record_cutter.h"
#include "syncline/v1/response_rules.pb.h"

namespace syncline::decode {

// Rows of CSV (RFC 4180) as objects of strings. Line ends of every kind; a quote inside a cell that
// did not begin with one is a character like others; empty lines are skipped. A row with fewer
// cells than columns lacks the members, one with more is refused.
class CsvCutter final : public RecordCutter {
 public:
  static constexpr std::size_t kColumnsMax = 4'096;

  // Precondition: CheckFormat found nothing wrong with `format`.
  explicit CsvCutter(const v1::CsvFormat& format);

  // BODY_INVALID with the line, RESPONSE_TOO_LARGE; UNEXPECTED_CONTENT_TYPE for a page of HTML,
  // which CSV could not tell from a column.
  absl::Status Cut(std::string_view* bytes, RecordPage* page) override;
  absl::Status End(RecordPage* page) override;

 private:
  enum class State { kSkippedLine, kCellBegin, kPlain, kQuoted, kQuoteInQuoted, kAfterReturn };

  absl::Status SkipLine(std::string_view* bytes);
  // Takes what is no special character as a whole.
  absl::Status Plain(std::string_view* bytes, RecordPage* page);
  absl::Status Quoted(std::string_view* bytes);
  absl::Status AfterQuote(std::string_view* bytes, RecordPage* page);
  // A delimiter or line end, which is taken.
  absl::Status EndCell(std::string_view* bytes, RecordPage* page);
  absl::Status EndRow(RecordPage* page);
  absl::Status CheckFirstRow() const;
  absl::Status SetColumns();
  absl::Status WriteRow(RecordPage* page) const;
  absl::Status AddCell();
  std::string_view Cell(std::size_t index) const;
  absl::Status Invalid(std::string_view what) const;

  const char delimiter_;
  std::int32_t lines_to_skip_;
  std::vector<std::string> members_;  // "name": as JSON
  State state_ = State::kCellBegin;
  std::string row_;                // the cells, one after the other
  std::vector<std::size_t> ends_;  // where each ends in row_
  bool row_was_quoted_ = false;
  bool has_rows_ = false;
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 1;
};

}  // namespace syncline::decode
