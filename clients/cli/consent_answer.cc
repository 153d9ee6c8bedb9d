#include "cli/consent_answer.h"

#include <fmt/format.h>

#include <optional>

#include "base/status.h"

namespace syncline::cli {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded; a stray % stays what it is.
std::string Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void SetMember(ConsentAnswer& answer, std::string_view name, std::string value) {
  if (name == "code") answer.code = std::move(value);
  if (name == "state") answer.state = std::move(value);
  if (name == "error") answer.error = std::move(value);
  if (name == "error_description") answer.error_description = std::move(value);
}

}  // namespace

absl::StatusOr<ConsentAnswer> ParseConsentAnswer(std::string_view text, std::string_view state) {
  text = Trim(text);
  if (text.empty() || text.size() > kConsentAnswerBytesMax) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("the answer must be an address or a code of 1 to {} bytes",
                                   kConsentAnswerBytesMax));
  }
  ConsentAnswer answer;
  const bool bare = text.find('=') == std::string_view::npos;
  if (bare) {
    answer.code = Decode(text);
    answer.state = state;
    return answer;
  }
  std::string_view query = text.substr(0, text.find('#'));
  if (const std::size_t mark = query.find('?'); mark != std::string_view::npos) {
    query.remove_prefix(mark + 1);
  }
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    SetMember(answer, pair.substr(0, equals), Decode(pair.substr(equals + 1)));
  }
  return answer;
}

absl::StatusOr<std::string> CodeOf(const ConsentAnswer& answer, std::string_view state) {
  if (answer.state != state) {
    return base::Error(base::Reason::kAuthorizationStateInvalid,
                       "the answer belongs to another consent: its state is not the one that this "
                       "command began with");
  }
  if (!answer.error.empty()) {
    return base::Error(
        base::Reason::kReauthRequired,
        fmt::format("the provider says {}{}{}", answer.error,
                    answer.error_description.empty() ? "" : ": ", answer.error_description));
  }
  if (answer.code.empty()) {
    return base::Error(base::Reason::kInvalidArgument, "the answer holds no code");
  }
  return answer.code;
}

}  // namespace syncline::cli
