#include "paging/sent_parameters.h"

#include <charconv>

#include "http/query.h"

namespace syncline::paging {
namespace {

std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : http::ToLowerCase(name)) {
    if (c != '_') plain.push_back(c);
  }
  return plain;
}

}  // namespace

SentParameters::SentParameters(const http::Url& url) : parameters_(http::ParseQuery(url.query)) {}

std::optional<std::string> SentParameters::NameLike(std::string_view name) const {
  for (const auto& [sent, value] : parameters_) {
    if (Plain(sent) == Plain(name)) return sent;
  }
  return std::nullopt;
}

std::string_view SentParameters::ValueOf(std::string_view name) const {
  for (const auto& [sent, value] : parameters_) {
    if (sent == name) return value;
  }
  return {};
}

std::optional<std::int64_t> SentParameters::NumberOf(
    std::span<const std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto sent = NameLike(name);
    const auto number = sent.has_value() ? WholeNumberOf(ValueOf(*sent)) : std::nullopt;
    if (number.has_value()) return number;
  }
  return std::nullopt;
}

std::optional<std::int64_t> WholeNumberOf(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace syncline::paging
