#include "pull/answer.h"

#include <utility>

#include "base/status.h"
#include "decode/body.h"
#include "decode/decompressed_source.h"
#include "pull/response_rules.h"

namespace syncline::pull {
namespace {

std::string_view AcceptOf(v1::ResponseFormat format) {
  switch (format) {
    case v1::RESPONSE_FORMAT_JSON_LINES:
      return "application/x-ndjson, application/jsonl, application/json";
    case v1::RESPONSE_FORMAT_CSV: return "text/csv";
    case v1::RESPONSE_FORMAT_XML: return "application/xml, text/xml";
    default: return "application/json";
  }
}

absl::Status ReadBody(std::string received, const v1::ResponseRules& rules,
                      const VendorClient& client, Answer* answer) {
  const auto bytes_max = static_cast<std::size_t>(client.limits().page_bytes_max);
  SYNCLINE_ASSIGN_OR_RETURN(
      std::string body,
      decode::DecompressText(std::move(received),
                             {.compressed_bytes_max = bytes_max, .plain_bytes_max = bytes_max}));
  answer->body_bytes = static_cast<std::int64_t>(body.size());
  std::string refused;
  auto document = decode::ParseBody(std::move(body), rules, bytes_max, &refused);
  if (!document.ok()) return WithBody(document.status(), refused, client.authenticator());
  answer->document = *std::move(document);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Answer> Ask(VendorClient& client, http::Request request,
                           const v1::ResponseRules& rules, std::stop_token stop) {
  Answer answer{.asked = request.url};
  if (!request.headers.Find("Accept").has_value()) {
    request.headers.Add("Accept", std::string(AcceptOf(rules.format())));
  }
  SYNCLINE_ASSIGN_OR_RETURN(http::Response response,
                            client.Send(std::move(request), std::move(stop)));
  SYNCLINE_RETURN_IF_ERROR(JudgeResponse(response, answer.asked, rules, client.authenticator()));
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  answer.without_content = IsWithoutContent(response);
  if (answer.without_content) {
    SYNCLINE_ASSIGN_OR_RETURN(answer.document, json::Document::Parse("[]"));
    return answer;
  }
  SYNCLINE_RETURN_IF_ERROR(ReadBody(std::move(response.body), rules, client, &answer));
  return answer;
}

}  // namespace syncline::pull
