#include <vector>

#include "base/status.h"
#include "expression/arena_list.h"
#include "expression/base64.h"
#include "expression/function.h"
#include "expression/number.h"
#include "expression/utf8.h"

namespace syncline::expression {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// An integer argument; a fraction is refused rather than cut.
absl::StatusOr<std::int64_t> IntegerOf(const Call& call, std::size_t index) {
  const std::optional<std::int64_t> value = ParseInteger(call[index].text());
  if (!value.has_value()) return call.Fail("positions and lengths are whole numbers");
  return *value;
}

}  // namespace

absl::StatusOr<Value> Base64Decode(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(call[0].text().size()));
  const std::optional<std::string> bytes = DecodeBase64(call[0].text());
  if (!bytes.has_value()) return call.Fail("the text is not base64");
  if (!json::IsValidUtf8(*bytes)) return call.Fail("the decoded bytes are not UTF-8 text");
  return call.KeepString(*bytes);
}

absl::StatusOr<Value> Base64Encode(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(call[0].text().size()));
  return call.KeepString(EncodeBase64(call[0].text()));
}

absl::StatusOr<Value> EndsWith(const Call& call) {
  return Value::Bool(call[0].text().ends_with(call[1].text()));
}

absl::StatusOr<Value> StartsWith(const Call& call) {
  return Value::Bool(call[0].text().starts_with(call[1].text()));
}

absl::StatusOr<Value> Join(const Call& call) {
  const std::string_view glue = call[0].text();
  std::size_t bytes = 0;
  call[1].ForEachElement([&](Value part) { bytes += part.text().size() + glue.size(); });
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(bytes));  // before the text is built
  std::string joined;
  joined.reserve(bytes);
  bool first = true;
  call[1].ForEachElement([&](Value part) {
    if (!first) joined += glue;
    first = false;
    joined += part.text();
  });
  return call.KeepString(joined);
}

absl::StatusOr<Value> Lower(const Call& call) { return call.KeepString(ToLower(call[0].text())); }
absl::StatusOr<Value> Upper(const Call& call) { return call.KeepString(ToUpper(call[0].text())); }

absl::StatusOr<Value> Replace(const Call& call) {
  const std::string_view text = call[0].text();
  const std::string_view from = call[1].text();
  const std::string_view to = call[2].text();
  if (from.empty()) return call.Fail("the text to replace must not be empty");
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(text.size()));
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit = text.find(from); hit != std::string_view::npos;
       hit = text.find(from, at)) {
    SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(to.size()));
    out.append(text.substr(at, hit - at)).append(to);
    at = hit + from.size();
  }
  return call.KeepString(out.append(text.substr(at)));
}

absl::StatusOr<Value> Split(const Call& call) {
  std::string_view text = call[0].text();
  const std::string_view separator = call[1].text();
  if (separator.empty()) return call.Fail("the separator must not be empty");
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(text.size()));
  ArenaList<Value> parts(call.memory());
  for (std::size_t hit = text.find(separator); hit != std::string_view::npos;
       hit = text.find(separator)) {
    SYNCLINE_RETURN_IF_ERROR(call.Spend(1));
    parts.Push(Value::String(text.substr(0, hit)));
    text.remove_prefix(hit + separator.size());
  }
  parts.Push(Value::String(text));
  return Value::Array(parts.elements());
}

absl::StatusOr<Value> Substring(const Call& call) {
  const std::string_view text = call[0].text();
  SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(text.size()));
  const auto count = static_cast<std::int64_t>(CountCodePoints(text));
  SYNCLINE_ASSIGN_OR_RETURN(std::int64_t start, IntegerOf(call, 1));
  if (start < 0) start = start < -count ? 0 : start + count;
  if (start >= count) return Value::String({});
  std::int64_t length = count - start;
  if (call.size() == 3) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t asked, IntegerOf(call, 2));
    if (asked < 0) return call.Fail("the length must not be negative");
    length = std::min(length, asked);
  }
  const std::size_t begin = OffsetOf(text, static_cast<std::size_t>(start));
  const std::string_view rest = text.substr(begin);
  return Value::String(rest.substr(0, OffsetOf(rest, static_cast<std::size_t>(length))));
}

absl::StatusOr<Value> ToString(const Call& call) {
  if (call[0].kind() == json::Kind::kString) return call[0];
  if (call[0].kind() == json::Kind::kNumber) return Value::String(call[0].text());
  return call.KeepString(ToJson(call[0]));
}

absl::StatusOr<Value> Trim(const Call& call) {
  const std::string_view text = call[0].text();
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return Value::String({});
  return Value::String(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

}  // namespace syncline::expression
