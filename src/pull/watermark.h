#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/expression.h"
#include "http/message.h"
#include "pull/incremental_plan.h"

namespace syncline::pull {

// Where the states of partitions are kept. Implemented where the database is known.
class StateSource {
 public:
  virtual ~StateSource() = default;
  // nullopt before the first complete run. DATABASE_UNAVAILABLE. Safe for concurrent use.
  virtual absl::StatusOr<std::optional<std::int64_t>> Find(const std::string& partition) = 0;
};

// The state of one walk over one list: what it began with, which records that leaves out, and what
// it comes to. It holds no page. Stays where it is; one thread at a time.
class Watermark {
 public:
  // `initial` as IncrementalPlan::Initial rendered it.
  Watermark(std::shared_ptr<const IncrementalPlan> plan, base::Time run_start, std::string initial)
      : plan_(std::move(plan)), run_start_(run_start), initial_(std::move(initial)) {}
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  // nullopt: the first run, or one that walks the whole list.
  void Begin(std::optional<std::int64_t> state);
  bool begun() const { return begun_; }
  // What templates see as `state`; valid until Begin or Restore.
  expression::Value value() const { return state_.value(); }

  // Of the answer with which the walk begins, where that is not the first page's.
  void NoteBeginning(const http::Headers& headers);

  // What a page says about time, before the walk goes on.
  struct Observed {
    expression::Value records;  // those to take: without what is older than the state
    bool ends = false;          // no further page is wanted
  };
  // `memory` holds the records that are left; `scope` has `response` and `headers`. Repeating it
  // for a page changes nothing. EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY; EXPRESSION_FAILED also
  // when nothing was readable so far, and this page has values that no input format reads.
  absl::StatusOr<Observed> Observe(const http::Headers& headers, const expression::Value& records,
                                   const expression::Value& scope, expression::Evaluation* memory);

  // The state after the pages so far; nullopt when it stays what it was.
  std::optional<std::int64_t> Outcome() const;

  // All of it around the checkpoint of the walk, as JSON, and back; `walk` is what stood inside.
  // INTERNAL for a text that is none of ours.
  std::string Checkpoint(std::string_view walk) const;
  absl::Status Restore(std::string_view text, std::string* walk);

 private:
  // Of the values of one page.
  struct Values {
    std::int64_t readable_count = 0;
    std::string unreadable;  // one of them, as JSON
    std::optional<std::int64_t> largest;
    bool newer = false;
    std::vector<expression::Value> taken;
  };
  absl::Status LookAt(const expression::Value& subject, const expression::Expression& field,
                      expression::Evaluation& evaluation, Values* values, bool* old) const;
  absl::Status Judge(const Values& values, std::string_view field);

  const std::shared_ptr<const IncrementalPlan> plan_;
  const base::Time run_start_;
  const std::string initial_;

  bool begun_ = false;
  std::optional<std::int64_t> from_;       // the stored state
  std::optional<std::int64_t> bound_;      // what is older was there before
  std::optional<std::int64_t> largest_;    // seen so far
  std::optional<std::int64_t> walk_time_;  // when the walk began, by the clock that is behind
  std::string cursor_;
  expression::Scope state_;
};

}  // namespace syncline::pull
