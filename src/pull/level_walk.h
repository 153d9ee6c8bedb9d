#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/hash.h"
#include "pull/element.h"
#include "pull/element_sources.h"
#include "pull/fan_out_plan.h"
#include "pull/list_walk.h"

namespace syncline::pull {

// Walks the elements of one level of a fan-out under given parents: names them, leaves out those
// whose name was there already, and groups them. What it remembers is a page of the parents' list,
// and 16 bytes for each name. One thread at a time.
class LevelWalk {
 public:
  // `plan` and what `place` refers to must outlive the walk.
  LevelWalk(const LevelPlan& plan, ListWalk::Place place);
  LevelWalk(const LevelWalk&) = delete;
  LevelWalk& operator=(const LevelWalk&) = delete;

  // The next element, or group of them; nullopt after the last one. A call that failed may be
  // repeated. EXPRESSION_FAILED for an element without a name; what the source says.
  absl::StatusOr<std::optional<Element>> Next(std::stop_token stop);

  // Where an element stands, as a checkpoint keeps it, and the way back.
  struct Position {
    std::string at;  // JSON
    std::string first_key;
    std::string last_key;
  };
  // Before the first Next. The element at that position; Next goes on after it. nullopt when it is
  // not there any more, or is another one by now: Next then begins anew at the page where it stood,
  // so that nothing is lost, and what was done on that page already is done again.
  absl::StatusOr<std::optional<Element>> Seek(const Position& position, std::stop_token stop);

  // Why the level may have more elements than came, by the vendor's own words: LIST_INCOMPLETE. OK
  // before its end.
  const absl::Status& doubt() const { return doubt_; }

 private:
  // The next element with a name of its own.
  absl::StatusOr<std::optional<Element>> NextSingle(std::stop_token stop);
  absl::StatusOr<std::string> NameOf(const Element& element);
  // The element that the members of `group_` make.
  Element TakeGroup();
  absl::Status BeginAt(const Position& position);

  const LevelPlan& plan_;
  const ListWalk::Place place_;
  absl::Status doubt_;
  std::unique_ptr<ElementSource> source_;
  std::unordered_set<base::Hash128, base::Hash128Hasher> seen_;
  std::optional<Element> unnamed_;  // taken from the source, and not looked at yet
  std::vector<Element> group_;      // gathered so far
  expression::Evaluation evaluation_;
};

}  // namespace syncline::pull
