#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/status.h"
#include "expression/expression.h"
#include "pull/time_format.h"
#include "syncline/v1/incremental.pb.h"

namespace syncline::pull {

// What an integration's `incremental` says, compiled: how states are read from records and answers,
// kept as one number, and written for the vendor. A state is milliseconds since 1970, or the number
// of TYPE_NUMBER. Immutable, safe for concurrent use.
class IncrementalPlan {
 public:
  static constexpr int kInputFormatsMax = 8;
  static constexpr int kLookBackDaysMax = 366;

  // INVALID_ARGUMENT with every mistake; fields are those of the message. `names` are what
  // `initial` sees in a run, as examples.
  static absl::StatusOr<std::shared_ptr<const IncrementalPlan>> Compile(
      const v1::Incremental& definition, const expression::Scope& names);

  // What a stored state is of. States of another meaning must not be used: what they counted, or
  // how it was read, has changed.
  const std::string& meaning() const { return meaning_; }

  // The state that a value stands for; nullopt for one that no input format reads.
  std::optional<std::int64_t> Read(const expression::Value& value) const;
  // A state as people write it, and back: RFC 3339, or decimal digits. nullopt for other texts.
  std::optional<std::int64_t> ReadShown(std::string_view text) const;
  std::string Show(std::int64_t state) const;

  // The first instant, or number, that a run asks for when that state is stored: look_back and
  // exclusive_bound are taken off.
  std::int64_t BoundOf(std::int64_t state) const;
  // As the vendor reads it: what {{state.cursor}} yields for that bound.
  std::string Write(std::int64_t bound) const;
  // Whether that text is a number, and so are values of {{state.cursor}} alone in a body.
  bool writes_numbers() const { return is_number_ || output_->is_number(); }

  // `initial`, rendered; "" = there is none. EXPRESSION_*, TEMPLATE_VALUE_MISSING;
  // EXPRESSION_FAILED for a text that is not in output_format.
  absl::StatusOr<std::string> Initial(const expression::Scope& names, base::Time now) const;
  // The bound that a text in output_format means; nullopt for another text.
  std::optional<std::int64_t> ReadWritten(std::string_view text) const;

  // Where states come from; null for the other sources. Neither: the beginning of the run.
  const expression::Expression* record_field() const { return Pick(kRecord); }
  const expression::Expression* response_field() const { return Pick(kResponse); }
  bool is_time() const { return !is_number_; }
  bool client_side() const { return client_side_; }
  bool newest_first() const { return newest_first_; }

 private:
  enum Source { kRecord, kResponse, kRunStart };
  IncrementalPlan() = default;
  void CompileSource(const v1::Incremental& definition, base::FieldViolations* violations);
  void CompileFormats(const v1::Incremental& definition, base::FieldViolations* violations);
  void CompileInitial(const v1::Incremental& definition, const expression::Scope& names,
                      base::FieldViolations* violations);
  void CompileBound(const v1::Incremental& definition, base::FieldViolations* violations);
  const expression::Expression* Pick(Source source) const {
    return source_ == source && field_.has_value() ? &*field_ : nullptr;
  }

  bool is_number_ = false;
  Source source_ = kRunStart;
  std::optional<expression::Expression> field_;
  std::vector<TimeFormat> inputs_;
  std::optional<TimeFormat> output_;
  std::optional<expression::Template> initial_;
  std::int64_t look_back_ = 0;
  bool exclusive_bound_ = false;
  bool client_side_ = false;
  bool newest_first_ = false;
  std::string meaning_;
};

}  // namespace syncline::pull
