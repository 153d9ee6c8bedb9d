#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "decode/record_cutter.h"
#include "decode/record_page.h"
#include "json/document.h"
#include "syncline/v1/response_rules.pb.h"

// Bodies in every format that an answer may have, as the one document that expressions work on.
namespace syncline::decode {

// What a text in another format may grow to as JSON, as a multiple of the body's limit: CSV names
// its columns once.
inline constexpr std::size_t kGrowthMax = 4;

// The whole body, not compressed. JSON_INVALID for JSON, BODY_INVALID for the other formats, both
// with the metadata offset or line where they are known; JSON_TOO_DEEP, TEXT_INVALID,
// RESPONSE_TOO_LARGE; UNEXPECTED_CONTENT_TYPE for HTML in place of CSV. A body that is refused goes
// back to `refused`.
absl::StatusOr<std::shared_ptr<const json::Document>> ParseBody(std::string body,
                                                                const v1::ResponseRules& rules,
                                                                std::size_t bytes_max,
                                                                std::string* refused);

// Cuts the records out of a body that is streamed: for JSON the list at `path` (member names from
// the root), for the other formats the rows. Precondition: CheckFormat found nothing.
std::unique_ptr<RecordCutter> MakeRecordCutter(const v1::ResponseRules& rules,
                                               std::vector<std::string> path);

// A page of a streamed body: the array of its records. Errors as ParseBody, with the place in the
// body.
absl::StatusOr<std::shared_ptr<const json::Document>> ParsePage(RecordPage::Cut page,
                                                                const v1::ResponseRules& rules,
                                                                std::string* refused);

// Adds a violation for everything that is wrong with how the body is said to be written, named
// "format", "csv.…", "xml.…", "stream".
void CheckFormat(const v1::ResponseRules& rules, base::FieldViolations* violations);

}  // namespace syncline::decode
