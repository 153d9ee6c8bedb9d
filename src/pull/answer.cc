#include "pull/answer.h"

#include <utility>

#include "base/status.h"
#include "pull/response_rules.h"

namespace syncline::pull {

absl::StatusOr<Answer> Ask(VendorClient& client, http::Request request,
                           const v1::ResponseRules& rules, std::stop_token stop) {
  Answer answer{.asked = request.url};
  SYNCLINE_ASSIGN_OR_RETURN(http::Response response,
                            client.Send(std::move(request), std::move(stop)));
  SYNCLINE_RETURN_IF_ERROR(JudgeResponse(response, answer.asked, rules, client.authenticator()));
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  answer.body_bytes = static_cast<std::int64_t>(response.body.size());
  answer.without_content = IsWithoutContent(response);
  SYNCLINE_ASSIGN_OR_RETURN(
      answer.document,
      json::Document::Parse(
          answer.without_content ? "[]" : std::move(response.body),
          {.bytes_max = static_cast<std::size_t>(client.limits().page_bytes_max)}));
  return answer;
}

}  // namespace syncline::pull
