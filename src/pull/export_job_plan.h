#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "base/status.h"
#include "expression/expression.h"
#include "pull/answer_rules.h"
#include "request/request_template.h"
#include "request/text_templates.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

struct ListPlace;

// What the templates of an export see of it.
inline constexpr char kJob[] = "job";
inline constexpr char kPoll[] = "poll";
inline constexpr char kPart[] = "part";

// An export job, compiled: how it is ordered, waited for, taken apart and cleaned up. Immutable,
// safe for concurrent use.
struct ExportJobPlan {
  static constexpr std::size_t kJobBytesMax = std::size_t{16} << 10;  // of {{job}}, as JSON
  static constexpr int kHostsMax = 8;
  static constexpr std::chrono::milliseconds kPauseMin = std::chrono::seconds(1);
  static constexpr std::chrono::milliseconds kPauseMax = std::chrono::hours(1);
  static constexpr std::chrono::milliseconds kTimeoutMax = std::chrono::hours(24);

  // INVALID_ARGUMENT with every mistake; fields are those of the message. `place` is that of the
  // list which is exported.
  static absl::StatusOr<std::shared_ptr<const ExportJobPlan>> Compile(const v1::ExportJob& spec,
                                                                      const ListPlace& place);

  request::RequestTemplate create;
  request::RequestTemplate poll;
  std::optional<request::RequestTemplate> clean_up;
  std::shared_ptr<const AnswerRules> create_rules;
  std::shared_ptr<const AnswerRules> poll_rules;
  std::optional<expression::Expression> job;  // set, as ready_when is, by Compile
  std::optional<expression::Expression> ready_when;
  std::optional<expression::Expression> failed_when;
  std::optional<expression::Expression> poll_wait;
  std::optional<expression::Expression> parts;  // absent: there is one, and it has no name
  bool parts_are_urls = false;
  std::chrono::milliseconds poll_interval = std::chrono::seconds(10);
  std::chrono::milliseconds poll_interval_max = std::chrono::seconds(10);
  std::chrono::milliseconds timeout = std::chrono::hours(1);
};

// The names, beside those of its place, that the list of an export sees: `job`, `poll`, and `part`
// where it has parts by name.
request::NamesInScope NamesOfExport(const v1::ExportJob& spec);

// Adds what a request may not say whose URLs the export gives, as "request.url".
void CheckDownload(const v1::Request& request, base::FieldViolations* violations);

// Hosts that are asked without the sign-in; none where an entry is wrong, which Compile told.
auth::AllowedHosts DownloadHosts(const v1::ExportJob& spec);

}  // namespace syncline::pull
