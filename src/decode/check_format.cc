#include <fmt/format.h>

#include <set>

#include "decode/body.h"
#include "decode/csv_cutter.h"

namespace syncline::decode {
namespace {

constexpr int kSkipLinesMax = 1'000;
constexpr int kXmlListsMax = 64;
constexpr std::size_t kNameBytesMax = 1'024;

using Repeated = google::protobuf::RepeatedPtrField<std::string>;

void CheckNames(const Repeated& names, std::string_view field, std::size_t count_max,
                base::FieldViolations* violations) {
  if (static_cast<std::size_t>(names.size()) > count_max) {
    violations->Add(std::string(field),
                    fmt::format("has {} entries; at most {}", names.size(), count_max));
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string& name = names.Get(i);
    const std::string place = fmt::format("{}[{}]", field, i);
    if (name.empty() || name.size() > kNameBytesMax) {
      violations->Add(place, fmt::format("must have 1 to {} bytes", kNameBytesMax));
    } else if (!seen.insert(name).second) {
      violations->Add(place, fmt::format("'{}' is there already", name));
    }
  }
}

void CheckCsv(const v1::CsvFormat& csv, base::FieldViolations* violations) {
  const std::string& delimiter = csv.delimiter();
  const bool is_character =
      delimiter.size() == 1 && static_cast<unsigned char>(delimiter[0]) < 0x80;
  const bool is_taken = delimiter == "\"" || delimiter == "\n" || delimiter == "\r";
  if (!delimiter.empty() && (!is_character || is_taken)) {
    violations->Add("csv.delimiter",
                    "must be one character of ASCII that is no quote and no line break, e.g. ;");
  }
  CheckNames(csv.columns(), "csv.columns", CsvCutter::kColumnsMax, violations);
  if (csv.skip_line_count() < 0 || csv.skip_line_count() > kSkipLinesMax) {
    violations->Add("csv.skipLineCount", fmt::format("is {}; 0 to {} are allowed",
                                                     csv.skip_line_count(), kSkipLinesMax));
  }
}

void CheckXml(const v1::XmlFormat& xml, base::FieldViolations* violations) {
  CheckNames(xml.lists(), "xml.lists", kXmlListsMax, violations);
  for (int i = 0; i < xml.lists_size(); ++i) {
    const std::string& path = xml.lists(i);
    const bool has_parent = path.find('/') != std::string::npos;
    const bool has_gap =
        path.starts_with('/') || path.ends_with('/') || path.find("//") != std::string::npos;
    if (has_parent && !has_gap) continue;
    violations->Add(fmt::format("xml.lists[{}]", i),
                    "must be names of elements from the root, joined by /, e.g. users/user");
  }
}

}  // namespace

void CheckFormat(const v1::ResponseRules& rules, base::FieldViolations* violations) {
  const v1::ResponseFormat format = rules.format();
  if (!v1::ResponseFormat_IsValid(format)) {
    violations->Add("format", "must be one of JSON, JSON_LINES, CSV, XML");
  }
  if (rules.has_csv()) {
    if (format != v1::RESPONSE_FORMAT_CSV) violations->Add("csv", "belongs to the format CSV");
    CheckCsv(rules.csv(), violations);
  }
  if (rules.has_xml()) {
    if (format != v1::RESPONSE_FORMAT_XML) violations->Add("xml", "belongs to the format XML");
    CheckXml(rules.xml(), violations);
  }
  if (rules.stream() && format == v1::RESPONSE_FORMAT_XML) {
    violations->Add("stream", "XML cannot be streamed; JSON, JSON_LINES and CSV can");
  }
}

}  // namespace syncline::decode
