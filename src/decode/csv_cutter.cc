#include "decode/csv_cutter.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/status.h"
#include "json/document.h"

namespace syncline::decode {
namespace {

constexpr std::size_t kShownNameBytes = 64;
constexpr std::size_t kMarkupBytes = 64;

std::string MemberOf(std::string_view name) {
  std::string member;
  json::AppendJsonString(name, &member);
  return member + ":";
}

}  // namespace

CsvCutter::CsvCutter(const v1::CsvFormat& format)
    : delimiter_(format.delimiter().empty() ? ',' : format.delimiter().front()),
      lines_to_skip_(format.skip_line_count()) {
  for (const std::string& name : format.columns()) members_.push_back(MemberOf(name));
  if (lines_to_skip_ > 0) state_ = State::kSkippedLine;
}

absl::Status CsvCutter::Cut(std::string_view* bytes, RecordPage* page) {
  while (!bytes->empty() && !page->full()) {
    switch (state_) {
      case State::kSkippedLine: SYNCLINE_RETURN_IF_ERROR(SkipLine(bytes)); break;
      case State::kAfterReturn:
        if (bytes->front() == '\n') bytes->remove_prefix(1);
        state_ = State::kCellBegin;
        break;
      case State::kCellBegin:
        if (bytes->front() == '"') {
          bytes->remove_prefix(1);
          row_was_quoted_ = true;
          state_ = State::kQuoted;
        } else {
          state_ = State::kPlain;
        }
        break;
      case State::kPlain: SYNCLINE_RETURN_IF_ERROR(Plain(bytes, page)); break;
      case State::kQuoted: SYNCLINE_RETURN_IF_ERROR(Quoted(bytes)); break;
      case State::kQuoteInQuoted: SYNCLINE_RETURN_IF_ERROR(AfterQuote(bytes, page)); break;
    }
    if (row_.size() > page->record_bytes_max()) {
      return base::Error(base::Reason::kResponseTooLarge,
                         fmt::format("The answer is refused: its row at line {} is larger than {} "
                                     "bytes.",
                                     row_line_, page->record_bytes_max()));
    }
  }
  return absl::OkStatus();
}

absl::Status CsvCutter::End(RecordPage* page) {
  if (state_ == State::kQuoted) return Invalid("has a quoted cell that is not closed");
  const bool row_begun =
      state_ == State::kPlain || state_ == State::kQuoteInQuoted || !ends_.empty();
  if (row_begun) {
    SYNCLINE_RETURN_IF_ERROR(AddCell());
    SYNCLINE_RETURN_IF_ERROR(EndRow(page));
  }
  if (!members_.empty()) return absl::OkStatus();
  return base::Error(base::Reason::kBodyInvalid,
                     "The CSV has no line that names its columns: the answer is empty.");
}

absl::Status CsvCutter::SkipLine(std::string_view* bytes) {
  const std::size_t end = bytes->find('\n');
  if (end == std::string_view::npos) {
    *bytes = {};
    return absl::OkStatus();
  }
  bytes->remove_prefix(end + 1);
  row_line_ = ++line_;
  if (--lines_to_skip_ == 0) state_ = State::kCellBegin;
  return absl::OkStatus();
}

absl::Status CsvCutter::Plain(std::string_view* bytes, RecordPage* page) {
  const auto ends = [this](char c) { return c == delimiter_ || c == '\n' || c == '\r'; };
  const auto length =
      static_cast<std::size_t>(std::find_if(bytes->begin(), bytes->end(), ends) - bytes->begin());
  row_ += bytes->substr(0, length);
  bytes->remove_prefix(length);
  return bytes->empty() ? absl::OkStatus() : EndCell(bytes, page);
}

absl::Status CsvCutter::Quoted(std::string_view* bytes) {
  const std::size_t length = std::min(bytes->find('"'), bytes->size());
  const std::string_view text = bytes->substr(0, length);
  line_ += std::count(text.begin(), text.end(), '\n');
  row_ += text;
  bytes->remove_prefix(length);
  if (bytes->empty()) return absl::OkStatus();
  bytes->remove_prefix(1);
  state_ = State::kQuoteInQuoted;
  return absl::OkStatus();
}

absl::Status CsvCutter::AfterQuote(std::string_view* bytes, RecordPage* page) {
  const char c = bytes->front();
  if (c == '"') {
    row_ += '"';
    bytes->remove_prefix(1);
    state_ = State::kQuoted;
    return absl::OkStatus();
  }
  if (c == delimiter_ || c == '\n' || c == '\r') return EndCell(bytes, page);
  return Invalid("has text behind the closing quote of a cell");
}

absl::Status CsvCutter::EndCell(std::string_view* bytes, RecordPage* page) {
  const char c = bytes->front();
  bytes->remove_prefix(1);
  SYNCLINE_RETURN_IF_ERROR(AddCell());
  state_ = c == '\r' ? State::kAfterReturn : State::kCellBegin;
  if (c == delimiter_) return absl::OkStatus();
  ++line_;
  return EndRow(page);
}

absl::Status CsvCutter::AddCell() {
  if (ends_.size() == kColumnsMax) {
    return Invalid(fmt::format("has more than {} cells", kColumnsMax));
  }
  ends_.push_back(row_.size());
  return absl::OkStatus();
}

std::string_view CsvCutter::Cell(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(row_).substr(begin, ends_[index] - begin);
}

absl::Status CsvCutter::EndRow(RecordPage* page) {
  const bool is_empty_line = ends_.size() == 1 && row_.empty() && !row_was_quoted_;
  if (!is_empty_line) {
    if (!has_rows_) SYNCLINE_RETURN_IF_ERROR(CheckFirstRow());
    has_rows_ = true;
    SYNCLINE_RETURN_IF_ERROR(members_.empty() ? SetColumns() : WriteRow(page));
  }
  row_.clear();
  ends_.clear();
  row_was_quoted_ = false;
  row_line_ = line_;
  return absl::OkStatus();
}

absl::Status CsvCutter::CheckFirstRow() const {
  std::string begin(Cell(0).substr(0, kMarkupBytes));
  begin.erase(0, std::min(begin.find_first_not_of(" \t"), begin.size()));
  std::ranges::transform(begin, begin.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (const std::string_view markup : {"<!doctype", "<html", "<?xml"}) {
    if (!begin.starts_with(markup)) continue;
    return base::Error(base::Reason::kUnexpectedContentType,
                       "The answer is a page of HTML or XML instead of CSV.");
  }
  return absl::OkStatus();
}

absl::Status CsvCutter::SetColumns() {
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const std::string_view name = Cell(i);
    if (!name.empty() && !names.insert(name).second) {
      return Invalid(fmt::format("names two columns '{}'", name.substr(0, kShownNameBytes)));
    }
    members_.push_back(MemberOf(name.empty() ? fmt::format("column_{}", i + 1) : name));
  }
  return absl::OkStatus();
}

absl::Status CsvCutter::WriteRow(RecordPage* page) const {
  if (ends_.size() > members_.size()) {
    return Invalid(fmt::format("has {} cells for {} columns", ends_.size(), members_.size()));
  }
  std::string& text = page->BeginRecord();
  text += '{';
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (i > 0) text += ',';
    text += members_[i];
    json::AppendJsonString(Cell(i), &text);
  }
  text += '}';
  page->EndRecord();
  return CheckRecordSize(*page);
}

absl::Status CsvCutter::Invalid(std::string_view what) const {
  return base::Error(base::Reason::kBodyInvalid,
                     fmt::format("The row at line {} of the CSV {}.", row_line_, what),
                     {{"line", std::to_string(row_line_)}});
}

}  // namespace syncline::decode
