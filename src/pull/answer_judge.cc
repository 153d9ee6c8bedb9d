#include "pull/answer_judge.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "decode/body.h"
#include "decode/decompressed_source.h"
#include "http/rate_headers.h"
#include "pull/response_rules.h"

namespace syncline::pull {

absl::StatusOr<http::Judged> AnswerJudge::Judge(http::Response& answer) {
  ruling_ = {};
  was_read_ = false;
  document_ = nullptr;
  has_expected_type_ = HasExpectedType(answer, rules_.spec());
  expression::Value body;
  const bool looks = rules_.LooksAtBody(answer.status) && !IsWithoutContent(answer);
  // A page for people that stands for an error is no body to rules: null.
  if (looks && Read(answer).ok()) body = expression::Value(document_->root());
  SYNCLINE_ASSIGN_OR_RETURN(ruling_, rules_.Judge(answer, body, client_.clock().Now()));
  switch (ruling_.action) {
    case v1::ResponseRule::ACTION_UNSPECIFIED: return http::Judged{};
    case v1::ResponseRule::ACTION_RETRY:
    case v1::ResponseRule::ACTION_WAIT: return Again(answer);
    default: return http::Judged{.kind = http::Judged::Kind::kAccepted};
  }
}

http::Judged AnswerJudge::Again(const http::Response& answer) const {
  const bool waits = ruling_.action == v1::ResponseRule::ACTION_WAIT;
  http::Trouble trouble{
      .reason = waits ? base::Reason::kVendorThrottled : base::Reason::kVendorError,
      .message = ruling_.message,
      .hint = waits ? ruling_.wait : http::WaitAskedFor(answer.headers, client_.clock().Now()),
      .is_try = !waits || !ruling_.wait.has_value()};
  if (trouble.message.empty()) {
    trouble.message = fmt::format("The vendor answered {}, which rule {} wants again.",
                                  answer.status, ruling_.rule);
  }
  return {.kind = http::Judged::Kind::kAgain, .trouble = std::move(trouble)};
}

absl::Status AnswerJudge::Read(http::Response& answer) {
  if (std::exchange(was_read_, true)) return read_;
  const auto bytes_max = static_cast<std::size_t>(client_.limits().page_bytes_max);
  auto body = decode::DecompressText(
      std::move(answer.body), {.compressed_bytes_max = bytes_max, .plain_bytes_max = bytes_max});
  answer.body.clear();
  read_ = body.status();
  if (!body.ok()) return read_;
  body_bytes_ = static_cast<std::int64_t>(body->size());
  auto document = decode::ParseBody(*std::move(body), rules_.spec(), bytes_max, &answer.body);
  if (document.ok()) {
    document_ = *std::move(document);
  } else {
    read_ = WithBody(document.status(), answer.body, client_.authenticator());
  }
  return read_;
}

absl::StatusOr<std::shared_ptr<const json::Document>> AnswerJudge::TakeDocument(
    http::Response& answer) {
  SYNCLINE_RETURN_IF_ERROR(Read(answer));
  return std::move(document_);
}

void AnswerJudge::RestoreBody(http::Response* answer) const {
  if (document_ != nullptr) answer->body = json::ToJson(document_->root());
}

}  // namespace syncline::pull
