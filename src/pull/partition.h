#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "expression/expression.h"
#include "pull/element.h"
#include "pull/fan_out_plan.h"
#include "pull/request_scope.h"

namespace syncline::pull {

// What one combination of elements is: an element of each of the first levels of a fan-out, of all
// levels for a partition. Gives the names that templates below them see. Immutable, shared by the
// walks and pages that stand under it.
class Partition {
 public:
  // `run` must outlive it, but for parents() and parent().
  Partition(std::shared_ptr<const FanOutPlan> plan, const RunScope& run,
            std::vector<Element> elements);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  // The names of the run, `parents`, and in a whole partition `parent`. Without levels those of the
  // run alone.
  const expression::Scope& names() const { return names_; }
  // An object by level, and the innermost element; null without levels.
  const expression::Value& parents() const { return parents_; }
  const expression::Value& parent() const { return parent_; }

  const std::vector<Element>& elements() const { return elements_; }
  // `site "7", device "3"`; "" without levels.
  std::string Describe() const;
  // The same in every run, and another one for each partition that may have records of the same
  // names: parts of ranges are left out, since they only say how a list is asked for.
  std::string RecordSpace() const;
  // Under which name its state is kept, for the identity that walks it ("" = there is but one): the
  // names of its elements, parts of ranges left out, with slashes between them.
  std::string StateKey(const std::string& identity) const;
  // An error with the partition that it happened in, in its message and as metadata.
  absl::Status Located(const absl::Status& status) const;

  // Splits it in two by halving a part of a range, the innermost if there are several; nullopt when
  // none can be halved.
  using Pair = std::pair<std::shared_ptr<const Partition>, std::shared_ptr<const Partition>>;
  std::optional<Pair> Halve() const;

 private:
  const std::shared_ptr<const FanOutPlan> plan_;
  const RunScope& run_;
  const std::vector<Element> elements_;
  std::vector<expression::Member> members_;  // of parents_
  expression::Value parents_;
  expression::Value parent_;
  expression::Scope names_;
};

}  // namespace syncline::pull
