#include "auth/aws_clocks.h"

#include <algorithm>

#include "http/date.h"

namespace syncline::auth {
namespace {

// An error's code stands at the beginning of its body.
constexpr std::size_t kErrorBytesMax = 4096;

bool IsPartOfWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool HasWord(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !IsPartOfWord(text[at - 1])) &&
        (end == text.size() || !IsPartOfWord(text[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool NamesAwsError(const http::Response& answer, std::initializer_list<std::string_view> codes) {
  const std::string_view body = std::string_view(answer.body).substr(0, kErrorBytesMax);
  const std::string_view type = answer.headers.Find("X-Amzn-ErrorType").value_or("");
  return std::ranges::any_of(
      codes, [&](std::string_view code) { return HasWord(type, code) || HasWord(body, code); });
}

base::Time AwsClocks::Now(const std::string& host) const {
  const auto offset = offsets_.find(host);
  return clock_.Now() + (offset == offsets_.end() ? std::chrono::seconds(0) : offset->second);
}

bool AwsClocks::Learn(const std::string& host, const http::Response& answer) {
  if (answer.status != 400 && answer.status != 403) return false;
  // AuthFailure is what EC2 says. The last three have other causes, too; the Date decides.
  if (!NamesAwsError(answer,
                     {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture",
                      "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"})) {
    return false;
  }
  const base::Time now = clock_.Now();
  const auto date = http::ParseHttpDate(answer.headers.Find("Date").value_or(""), now);
  if (!date.has_value()) return false;
  // Both are seconds since 1970 below the year 10000: no overflow.
  const auto offset = *date - std::chrono::floor<std::chrono::seconds>(now);
  const auto wrong = *date - std::chrono::floor<std::chrono::seconds>(Now(host));
  if (std::chrono::abs(wrong) < kSkewMin || std::chrono::abs(offset) > kSkewMax) return false;
  offsets_[host] = offset;
  return true;
}

}  // namespace syncline::auth
