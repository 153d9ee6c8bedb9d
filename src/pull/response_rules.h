#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "expression/expression.h"
#include "http/message.h"
#include "syncline/v1/integration.pb.h"

// What an answer means: nothing passes for an empty list that is none (I8).
namespace syncline::pull {

// What a status that is none of success means. AUTH_FAILED where it refuses the sign-in (401 and
// 403, and what AWS puts in their place); VENDOR_ERROR for every other, with the metadata status
// and body (cut, printable, without the secret), and, for a redirect, where it points.
absl::Status StatusFailure(const http::Response& response, const http::Url& asked,
                           const auth::Authenticator& authenticator);

// Whether the Content-Type may be what the definition names: JSON must be told by it, of other
// formats and of what is compressed only HTML is. The body must be as it came.
bool HasExpectedType(const http::Response& response, const v1::ResponseRules& rules);

// Whether it is HTML and may not be: what is told of a body that nobody has seen yet.
bool IsPageForPeople(const http::Response& response, const v1::ResponseRules& rules);

// UNEXPECTED_CONTENT_TYPE for an answer that has not the type.
absl::Status UnexpectedType(const http::Response& response, const http::Url& asked,
                            const v1::ResponseRules& rules,
                            const auth::Authenticator& authenticator);

// 204 and 205 carry no body: an empty page by definition.
bool IsWithoutContent(const http::Response& response);

// The list of records in a body, or an object where the definition's steps make one out of it.
// RECORDS_NOT_FOUND names the members that there are, RECORDS_NOT_A_LIST what was found instead;
// EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY.
absl::StatusOr<expression::Value> FindRecords(const expression::Expression& records,
                                              const expression::Value& body,
                                              const v1::ResponseRules& rules,
                                              expression::Evaluation& evaluation,
                                              bool may_be_object = false);

// The error with the beginning of the body that it is about, as metadata "body": what a person
// needs to see what came instead.
absl::Status WithBody(const absl::Status& status, const std::string& body,
                      const auth::Authenticator& authenticator);

// The beginning of a body as text that may be shown and stored.
std::string ShownBody(const std::string& body, const auth::Authenticator& authenticator);

}  // namespace syncline::pull
