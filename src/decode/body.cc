#include "decode/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "decode/csv_cutter.h"
#include "decode/json_array_cutter.h"
#include "decode/json_lines_cutter.h"
#include "xml/json_text.h"

namespace syncline::decode {
namespace {

using Document = absl::StatusOr<std::shared_ptr<const json::Document>>;

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

// An error of a text that was joined from lines: the byte means nothing outside of it.
absl::Status InLine(const absl::Status& status) {
  if (base::ReasonOf(status) != base::Reason::kJsonInvalid) return status;
  base::ErrorMetadata place = base::MetadataOf(status);
  place.erase("offset");
  const std::string message = base::MessageOf(status);
  const std::size_t colon = message.find(": ");
  const std::string what = colon == std::string::npos ? "." : message.substr(colon);
  const auto line = place.find("line");
  return base::Error(base::Reason::kBodyInvalid,
                     line == place.end()
                         ? fmt::format("A line of the answer is not JSON{}", what)
                         : fmt::format("Line {} of the answer is not JSON{}", line->second, what),
                     place);
}

absl::Status GrownTooLarge(std::size_t bytes_max) {
  return base::Error(
      base::Reason::kResponseTooLarge,
      fmt::format("The answer is refused: its rows are larger than {} bytes as JSON.", bytes_max));
}

// All records of a body as one page.
absl::StatusOr<RecordPage::Cut> CutWhole(std::string_view body, RecordCutter& cutter,
                                         std::size_t bytes_max) {
  RecordPage page({.records_max = std::numeric_limits<std::int64_t>::max(),
                   .bytes_max = std::numeric_limits<std::size_t>::max(),
                   .record_bytes_max = bytes_max});
  while (!body.empty()) {
    std::string_view piece = body.substr(0, kPieceBytes);
    body.remove_prefix(piece.size());
    SYNCLINE_RETURN_IF_ERROR(cutter.Cut(&piece, &page));
    if (page.text().size() > bytes_max) return GrownTooLarge(bytes_max);
  }
  SYNCLINE_RETURN_IF_ERROR(cutter.End(&page));
  return page.Take();
}

Document ParseText(RecordPage::Cut page, v1::ResponseFormat format, std::size_t bytes_max,
                   std::string* refused) {
  json::ParseLimits limits{.bytes_max = bytes_max};
  // The bracket in front of the first record is not of the body.
  if (page.origin.offset > 0) limits.first_byte = page.origin.offset - 1;
  if (page.origin.line > 0) limits.first_line = page.origin.line;
  Document document = json::Document::Parse(std::move(page.text), limits, refused);
  if (!document.ok() && format == v1::RESPONSE_FORMAT_JSON_LINES) return InLine(document.status());
  return document;
}

}  // namespace

std::unique_ptr<RecordCutter> MakeRecordCutter(const v1::ResponseRules& rules,
                                               std::vector<std::string> path) {
  switch (rules.format()) {
    case v1::RESPONSE_FORMAT_JSON_LINES: return std::make_unique<JsonLinesCutter>();
    case v1::RESPONSE_FORMAT_CSV: return std::make_unique<CsvCutter>(rules.csv());
    default:
      return std::make_unique<JsonArrayCutter>(std::move(path), rules.records_may_be_missing());
  }
}

Document ParseBody(std::string body, const v1::ResponseRules& rules, std::size_t bytes_max,
                   std::string* refused) {
  const std::size_t grown_max = kGrowthMax * bytes_max;
  switch (rules.format()) {
    case v1::RESPONSE_FORMAT_JSON_LINES:
    case v1::RESPONSE_FORMAT_CSV: {
      const auto cutter = MakeRecordCutter(rules, {});
      auto page = CutWhole(body, *cutter, grown_max);
      if (page.ok()) return ParseText(*std::move(page), rules.format(), grown_max, refused);
      *refused = std::move(body);
      return std::move(page).status();
    }
    case v1::RESPONSE_FORMAT_XML: {
      xml::ParseLimits limits = xml::kPageLimits;
      limits.bytes_max = std::min(limits.bytes_max, bytes_max);
      auto text =
          xml::ToJsonText(body, {rules.xml().lists().begin(), rules.xml().lists().end()}, limits);
      if (text.ok())
        return json::Document::Parse(*std::move(text), {.bytes_max = grown_max}, refused);
      *refused = std::move(body);
      return std::move(text).status();
    }
    default: return json::Document::Parse(std::move(body), {.bytes_max = bytes_max}, refused);
  }
}

Document ParsePage(RecordPage::Cut page, const v1::ResponseRules& rules, std::string* refused) {
  const std::size_t bytes_max = std::numeric_limits<std::int32_t>::max();  // it was bounded before
  return ParseText(std::move(page), rules.format(), bytes_max, refused);
}

}  // namespace syncline::decode
