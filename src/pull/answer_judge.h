#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "http/retrying_transport.h"
#include "json/document.h"
#include "pull/answer_rules.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// Looks at the answers to one request, of which only the last counts: what the rules say about it,
// and its body, which is read once, whether a rule or the walk asks first. On the stack of one Ask;
// one thread.
class AnswerJudge {
 public:
  // Both must outlive it.
  AnswerJudge(const AnswerRules& rules, const VendorClient& client)
      : rules_(rules), client_(client) {}

  // For RetryingTransport. EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY.
  absl::StatusOr<http::Judged> Judge(http::Response& answer);

  const Ruling& ruling() const { return ruling_; }
  // The body as a document, decompressed. JSON_INVALID, BODY_INVALID, JSON_TOO_DEEP, TEXT_INVALID,
  // RESPONSE_TOO_LARGE, UNEXPECTED_CONTENT_TYPE, with what came instead.
  absl::StatusOr<std::shared_ptr<const json::Document>> TakeDocument(http::Response& answer);
  std::int64_t body_bytes() const { return body_bytes_; }
  // Whether there is no body at all.
  bool IsEmpty(const http::Response& answer) const {
    return document_ == nullptr && answer.body.empty();
  }
  bool has_expected_type() const { return has_expected_type_; }
  // For errors: puts a text of the body back where a rule had it read.
  void RestoreBody(http::Response* answer) const;

 private:
  // Reads the body, which gives back its text if it is none.
  absl::Status Read(http::Response& answer);
  http::Judged Again(const http::Response& answer) const;

  const AnswerRules& rules_;
  const VendorClient& client_;
  Ruling ruling_;
  bool has_expected_type_ = false;
  bool was_read_ = false;
  absl::Status read_;
  std::shared_ptr<const json::Document> document_;
  std::int64_t body_bytes_ = 0;
};

}  // namespace syncline::pull
