#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/expression.h"
#include "http/message.h"
#include "json/document.h"
#include "pull/answer.h"
#include "pull/export_job_plan.h"
#include "pull/export_parts.h"
#include "pull/job_clean_ups.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// The job behind one list, from its order to its last part. Holds the last answer to a poll and the
// names of the parts (I7). `names` are always those of the list's place. Owned by the walk over
// that list; one thread at a time.
class ExportJob {
 public:
  // Orders of one list, the first one included: another follows when the vendor lost the job.
  static constexpr std::int64_t kOrdersMax = 3;

  // `client` and `clean_ups` must outlive it; the latter may be null: nothing is cleaned up.
  // `run_start` is what templates see as now().
  ExportJob(std::shared_ptr<const ExportJobPlan> plan, VendorClient& client, base::Time run_start,
            JobCleanUps* clean_ups)
      : plan_(std::move(plan)), client_(client), run_start_(run_start), clean_ups_(clean_ups) {}
  ExportJob(const ExportJob&) = delete;
  ExportJob& operator=(const ExportJob&) = delete;

  bool is_ordered() const { return job_ != nullptr; }
  // Orders the list; the headers of the answer. What Ask says; EXPORT_JOB_FAILED when the answer
  // names no job, or one that cannot be kept; EXPRESSION_*, TEMPLATE_VALUE_MISSING, URL_INVALID.
  absl::StatusOr<http::Headers> Order(const expression::Scope& names, std::stop_token stop);

  enum class Outcome {
    kReady,  // the part where it stands can be asked for
    kMoved,  // likewise, but that is the first one: the vendor lists other parts than before
    kGone,   // the vendor lost a job that an earlier attempt ordered: it is to be ordered anew
  };
  // Waits until the parts can be asked for; at once when they can. EXPORT_JOB_FAILED,
  // EXPORT_JOB_TIMEOUT; what Ask and VendorClient::Sit say; HOST_NOT_ALLOWED; EXPRESSION_*.
  absl::StatusOr<Outcome> Await(const expression::Scope& names, std::stop_token stop);

  // Of parts that are there: how many, which one it stands on, and where that is ("" = where the
  // list's request says).
  std::size_t part_count() const { return parts_->size(); }
  std::size_t part_index() const { return part_index_; }
  bool has_several_parts() const { return parts_.has_value() && parts_->size() > 1; }
  std::string_view part_url() const;
  // Goes on to the next part; false after the last one.
  bool NextPart();

  // After a download failed in the way of a URL that has expired: polls once more. True when the
  // part has another URL by now.
  absl::StatusOr<bool> RenewUrl(const absl::Status& failure, const expression::Scope& names,
                                std::stop_token stop);
  // The error of a download as one of the job where it is one. EXPORT_JOB_FAILED, or `failure`.
  absl::Status OfDownload(const absl::Status& failure) const;

  // Adds `job`, `poll` and, where it is named, `part`; valid until the next call that is not const.
  void AddNames(expression::Scope* names) const;

  // The job around the checkpoint of the walk over its part, as JSON, and back; `list` is what
  // stood inside. INTERNAL for a text that is none of ours.
  std::string Checkpoint(std::string_view list) const;
  absl::Status Restore(std::string_view text, const expression::Scope& names, std::string* list);

 private:
  // What one poll found: whether the list is ready, in which case its parts are read.
  absl::StatusOr<bool> Poll(const expression::Scope& names, std::stop_token stop);
  absl::StatusOr<bool> Judge(const Answer& answer, const expression::Scope& names);
  absl::StatusOr<ExportParts> ReadParts(const Answer& answer, const expression::Value& scope);
  absl::Status Pause(std::stop_token stop);
  Outcome TakeParts();
  void StandOn(std::size_t part);
  absl::Status Failed(std::string_view what) const;
  absl::StatusOr<http::Request> CleanUpRequest(const expression::Scope& names) const;

  const std::shared_ptr<const ExportJobPlan> plan_;
  VendorClient& client_;
  const base::Time run_start_;
  JobCleanUps* const clean_ups_;

  std::shared_ptr<const json::Document> job_;  // null: not ordered
  base::Time order_time_;
  std::int64_t orders_ = 0;
  bool restored_ = false;                       // and no poll has found it alive since
  std::shared_ptr<const json::Document> poll_;  // what the last one answered; null: nothing
  std::optional<std::chrono::milliseconds> asked_pause_;  // by that answer
  std::optional<ExportParts> parts_;                      // set when ready
  std::size_t part_index_ = 0;
  std::string fingerprint_;                     // of the parts up to that one; "" = not known yet
  std::shared_ptr<const json::Document> part_;  // its name
};

}  // namespace syncline::pull
