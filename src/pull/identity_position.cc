#include "pull/identity_position.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

bool ReadNumber(const json::Node& node, std::string_view key, std::int64_t max, std::int64_t* to) {
  json::Node value;
  if (!node.Find(key, &value) || value.kind() != json::Kind::kNumber) return false;
  const std::string_view text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *to);
  return error == std::errc() && end == text.data() + text.size() && *to >= 0 && *to <= max;
}

}  // namespace

std::string WriteIdentityPosition(const IdentityPosition& position, std::string_view walk) {
  std::string out =
      fmt::format(R"({{"identity":{{"index":{},"pages":{},"refused":{},"doubted":{},"name":)",
                  position.index, position.pages_before, position.refused, position.doubted);
  json::AppendJsonString(position.name, &out);
  out += R"(},"walk":)";
  out += walk;
  out += "}";
  return out;
}

bool HasIdentityPosition(std::string_view text) {
  const auto document = json::Document::Parse(std::string(text));
  json::Node identity;
  return document.ok() && (*document)->root().Find("identity", &identity);
}

absl::StatusOr<IdentityPosition> ReadIdentityPosition(std::string_view text, std::string* walk) {
  constexpr std::int64_t kIdentitiesMax = 1'000;
  constexpr std::int64_t kPagesMax = std::int64_t{1} << 40;
  const auto document = json::Document::Parse(std::string(text));
  if (!document.ok()) {
    return base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
  }
  const json::Node root = (*document)->root();
  json::Node identity;
  json::Node inner;
  if (!root.Find("identity", &identity) || !root.Find("walk", &inner)) {
    return base::Error(base::Reason::kSignInFailed,
                       "The credential had no roles when the run began; start a new run.");
  }
  std::int64_t index = 0;
  std::int64_t refused = 0;
  json::Node name;
  IdentityPosition position;
  if (!ReadNumber(identity, "index", kIdentitiesMax, &index) ||
      !ReadNumber(identity, "refused", kIdentitiesMax, &refused) ||
      !ReadNumber(identity, "doubted", kPagesMax, &position.doubted) ||
      !ReadNumber(identity, "pages", kPagesMax, &position.pages_before) ||
      !identity.Find("name", &name) || name.kind() != json::Kind::kString) {
    return base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
  }
  position.index = static_cast<int>(index);
  position.refused = static_cast<int>(refused);
  position.name = name.text();
  *walk = json::ToJson(inner);
  return position;
}

}  // namespace syncline::pull
