#include "auth/redirecting_transport.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/status.h"

namespace syncline::auth {
namespace {

constexpr std::array kRedirects = {301, 302, 303, 307, 308};

// Where the answer points to, when it is a redirect that can be read.
std::optional<http::Url> TargetOf(const http::Response& answer, const http::Url& asked) {
  if (std::ranges::find(kRedirects, answer.status) == kRedirects.end()) return std::nullopt;
  const auto location = answer.headers.Find("Location");
  if (!location.has_value()) return std::nullopt;
  const auto target = http::ResolveReference(asked, *location);
  return target.ok() ? std::optional(*target) : std::nullopt;
}

// Says who asks and for what, and nothing that was meant for another origin.
http::Request RequestElsewhere(const http::Request& request, http::Url target) {
  http::Request elsewhere{.url = std::move(target), .sink = request.sink};
  for (const char* name : {"User-Agent", "Accept", "Accept-Language"}) {
    if (const auto value = request.headers.Find(name); value.has_value()) {
      elsewhere.headers.Add(name, std::string(*value));
    }
  }
  return elsewhere;
}

}  // namespace

absl::StatusOr<http::Response> RedirectingTransport::Send(const http::Request& request,
                                                          const http::TransportLimits& limits,
                                                          std::stop_token stop) {
  const bool is_get = request.method == http::Method::kGet;
  bool is_elsewhere = is_get && downloads_.Contains(request.url);
  http::Request next = is_elsewhere ? RequestElsewhere(request, request.url) : request;
  absl::StatusOr<http::Response> answer =
      (is_elsewhere ? bare_ : signing_).Send(next, limits, stop);
  if (!is_get || !authenticator_.MayFollowRedirects()) return answer;
  for (int count = 0; answer.ok() && count < kRedirectCountMax; ++count) {
    std::optional<http::Url> target = TargetOf(*answer, next.url);
    if (!target.has_value() || target->scheme != next.url.scheme) return answer;
    // A vendor may repeat a token of the query; it is put back where it belongs.
    authenticator_.Strip(&*target);
    const bool is_download = downloads_.Contains(*target);
    const bool leaves = target->origin() != next.url.origin() || is_download;
    if (leaves && !is_download && !authenticator_.NamesHost(*target)) return answer;
    is_elsewhere = is_elsewhere || leaves;  // for good: the way back was not the vendor's to choose
    if (is_elsewhere) {
      next = RequestElsewhere(next, *std::move(target));
    } else {
      next.url = *std::move(target);
    }
    answer = (is_elsewhere ? bare_ : signing_).Send(next, limits, stop);
  }
  return answer;
}

}  // namespace syncline::auth
