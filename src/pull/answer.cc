#include "pull/answer.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "auth/shown_text.h"
#include "base/status.h"
#include "pull/answer_judge.h"
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

absl::Status AsRuled(const http::Response& response, const http::Url& asked, const Ruling& ruling,
                     const VendorClient& client) {
  const std::string body = ShownBody(response.body, client.authenticator());
  base::ErrorMetadata metadata = {{"status", std::to_string(response.status)}, {"body", body}};
  if (ruling.rule > 0) metadata["rule"] = std::to_string(ruling.rule);
  if (ruling.action == v1::ResponseRule::ACTION_RENEW_SIGN_IN) {
    return base::Error(base::Reason::kAuthFailed,
                       fmt::format("{} answered {}, which rule {} takes for a sign-in that has "
                                   "ended, and there is no other.",
                                   asked.origin(), response.status, ruling.rule),
                       metadata);
  }
  const std::string message =
      ruling.message.empty()
          ? fmt::format("{} answered {}, which rule {} takes for an error. It says: {}",
                        asked.origin(), response.status, ruling.rule,
                        auth::ShownText(body, auth::kMessageBytesMax))
          : auth::ShownText(ruling.message, auth::kMessageBytesMax);
  return base::Error(base::Reason::kVendorError, message, metadata);
}

// Whether the answer is one that the walk goes on with.
absl::Status CheckAnswer(http::Response* response, const Answer& answer, const AnswerJudge& judge,
                         const AnswerRules& rules, const VendorClient& client) {
  const auto restored = [&]() -> const http::Response& {
    judge.RestoreBody(response);
    return *response;
  };
  switch (judge.ruling().action) {
    case v1::ResponseRule::ACTION_FAIL:
    case v1::ResponseRule::ACTION_RENEW_SIGN_IN:
      return AsRuled(restored(), answer.asked, judge.ruling(), client);
    case v1::ResponseRule::ACTION_UNSPECIFIED:
      if (answer.without_content) return absl::OkStatus();
      if (response->status >= 200 && response->status < 300) break;
      return StatusFailure(restored(), answer.asked, client.authenticator());
    default: break;
  }
  if (answer.without_content || judge.has_expected_type()) return absl::OkStatus();
  return UnexpectedType(restored(), answer.asked, rules.spec(), client.authenticator());
}

}  // namespace

absl::StatusOr<http::Response> SendJudged(VendorClient& client, http::Request request,
                                          const AnswerRules& rules, AnswerJudge* judge,
                                          ExchangeRecord* record, std::stop_token stop) {
  if (!request.headers.Find("Accept").has_value()) {
    request.headers.Add("Accept", std::string(AcceptOf(rules.spec().format())));
  }
  const auto look = [judge, record](http::Response& answer) {
    absl::StatusOr<http::Judged> judged = judge->Judge(answer);
    record->NoteRule(judge->ruling());
    return judged;
  };
  const std::int64_t renewals = client.renewals();
  SYNCLINE_ASSIGN_OR_RETURN(http::Response response,
                            client.Send(request, stop, look, record->observer()));
  if (judge->ruling().action != v1::ResponseRule::ACTION_RENEW_SIGN_IN) return response;
  SYNCLINE_ASSIGN_OR_RETURN(const bool renewed, client.RenewSignIn(response, renewals, stop));
  if (!renewed) return response;
  record->Finish(absl::OkStatus());
  return client.Send(std::move(request), std::move(stop), look, record->observer());
}

absl::StatusOr<Answer> ReadAnswer(VendorClient& client, const http::Request& request,
                                  const AnswerRules& rules, http::Response response,
                                  AnswerJudge* judge,
                                  const paging::CompiledPagination* pagination) {
  Answer answer{
      .asked = request.url, .asked_with_body = !request.body.empty(), .status = response.status};
  const v1::ResponseRule::Action action = judge->ruling().action;
  answer.restarts_list = action == v1::ResponseRule::ACTION_RESTART_PAGING;
  answer.without_content =
      answer.restarts_list || action == v1::ResponseRule::ACTION_SKIP ||
      (pagination != nullptr ? pagination->EndsAt(response.status) : IsWithoutContent(response));
  const bool succeeds = response.status >= 200 && response.status < 300;
  if (rules.may_be_empty() && succeeds && judge->IsEmpty(response)) answer.without_content = true;
  SYNCLINE_RETURN_IF_ERROR(CheckAnswer(&response, answer, *judge, rules, client));
  answer.headers = std::move(response.headers);
  if (answer.without_content) {
    SYNCLINE_ASSIGN_OR_RETURN(answer.document, json::Document::Parse("[]"));
    return answer;
  }
  SYNCLINE_ASSIGN_OR_RETURN(answer.document, judge->TakeDocument(response));
  answer.body_bytes = judge->body_bytes();
  return answer;
}

absl::StatusOr<Answer> Ask(VendorClient& client, http::Request request, const AnswerRules& rules,
                           std::stop_token stop, const paging::CompiledPagination* pagination,
                           const Errand& errand) {
  ExchangeRecord record(client.exchanges(), client.clock(), errand);
  AnswerJudge judge(rules, client);
  auto response = SendJudged(client, request, rules, &judge, &record, std::move(stop));
  absl::StatusOr<Answer> answer =
      response.ok() ? ReadAnswer(client, request, rules, *std::move(response), &judge, pagination)
                    : absl::StatusOr<Answer>(response.status());
  record.Finish(answer.status());
  if (answer.ok()) answer->exchange_id = record.id();
  return answer;
}

}  // namespace syncline::pull
