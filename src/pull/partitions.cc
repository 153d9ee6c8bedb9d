#include "pull/partitions.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"

namespace syncline::pull {

Partitions::Partitions(std::shared_ptr<const FanOutPlan> plan, ListWalk::Place place)
    : plan_(std::move(plan)), place_(std::move(place)) {}

absl::StatusOr<std::unique_ptr<Watermark>> Partitions::StateAt(const Partition& above) const {
  if (place_.incremental == nullptr) return nullptr;
  SYNCLINE_ASSIGN_OR_RETURN(
      std::string initial, place_.incremental->Initial(place_.run.names(), place_.run.run_start()));
  std::optional<std::int64_t> stored;
  if (place_.states != nullptr) {
    SYNCLINE_ASSIGN_OR_RETURN(stored, place_.states->Find(above.StateKey(place_.partition)));
  }
  auto state =
      std::make_unique<Watermark>(place_.incremental, place_.run.run_start(), std::move(initial));
  state->Begin(stored);
  return state;
}

absl::Status Partitions::Enter(std::shared_ptr<const Partition> above) {
  const LevelPlan& level = plan_->levels()[open_.size()];
  Open open{.above = std::move(above), .state = nullptr, .walk = nullptr};
  ListWalk::Place place{.client = place_.client, .run = place_.run, .names = open.above->names()};
  place.errand = {.purpose = model::ExchangePurpose::kParents,
                  .name = level.name,
                  .partition = open.above->Describe()};
  if (level.sees_state) {
    SYNCLINE_ASSIGN_OR_RETURN(open.state, StateAt(*open.above));
    if (open.state != nullptr) place.names.Set("state", open.state->value());
  }
  open.walk = std::make_unique<LevelWalk>(level, std::move(place));
  open_.push_back(std::move(open));
  return absl::OkStatus();
}

std::shared_ptr<const Partition> Partitions::Below(const Open& open, Element element) const {
  std::vector<Element> elements = open.above->elements();
  elements.push_back(std::move(element));
  return std::make_shared<const Partition>(plan_, place_.run, std::move(elements));
}

bool Partitions::IsWhole(const Partition& partition) const {
  return partition.elements().size() == plan_->levels().size();
}

absl::Status Partitions::Located(const absl::Status& status) const {
  const Open& open = open_.back();
  const std::string& level = plan_->levels()[open_.size() - 1].name;
  const absl::Status located = open.above->Located(status);
  if (base::ReasonOf(status) == base::Reason::kCancelled) return located;
  base::ErrorMetadata metadata = base::MetadataOf(located);
  metadata.emplace("level", level);
  const auto delay = base::RetryAfterOf(located);
  absl::Status whole = base::Error(
      base::ReasonOf(located),
      fmt::format("In the list of the level \"{}\": {}", level, base::MessageOf(located)),
      metadata);
  return delay.has_value() ? base::WithRetryAfter(std::move(whole), *delay) : whole;
}

// At once, not when the level ends: a run that goes on behind the list would not see it again.
void Partitions::NoteDoubt() {
  Open& open = open_.back();
  if (open.told_doubt || open.walk->doubt().ok()) return;
  open.told_doubt = true;
  if (doubt_.ok()) doubt_ = Located(open.walk->doubt());
}

absl::Status Partitions::Count(const Partition& partition) {
  std::int64_t& count = IsWhole(partition) ? count_ : outer_count_;
  if (++count <= plan_->partition_count_max()) return absl::OkStatus();
  return base::Error(
      base::Reason::kPartitionLimitReached,
      fmt::format("The fan-out has more than {} partitions, the limit of the integration.",
                  plan_->partition_count_max()),
      {{"partition_count_max", std::to_string(plan_->partition_count_max())}});
}

absl::StatusOr<std::shared_ptr<const Partition>> Partitions::Next(std::stop_token stop) {
  if (!begun_) {
    begun_ = true;
    auto root = std::make_shared<const Partition>(plan_, place_.run, std::vector<Element>());
    if (IsWhole(*root)) return root;
    to_enter_ = std::move(root);
  }
  while (to_enter_ != nullptr || !open_.empty()) {
    if (to_enter_ != nullptr) {
      SYNCLINE_RETURN_IF_ERROR(Enter(to_enter_));
      to_enter_ = nullptr;
    }
    absl::StatusOr<std::optional<Element>> element = open_.back().walk->Next(stop);
    if (!element.ok()) return Located(element.status());
    NoteDoubt();
    if (!element->has_value()) {
      open_.pop_back();
      continue;
    }
    auto below = Below(open_.back(), **std::move(element));
    SYNCLINE_RETURN_IF_ERROR(Count(*below));
    if (IsWhole(*below)) return below;
    to_enter_ = std::move(below);
  }
  return std::shared_ptr<const Partition>();
}

Partitions::Position Partitions::PositionOf(const Partition& partition) {
  Position position;
  for (const Element& element : partition.elements()) {
    position.push_back({*element.at, element.first_key, element.last_key});
  }
  return position;
}

absl::StatusOr<std::shared_ptr<const Partition>> Partitions::Seek(const Position& position,
                                                                  std::int64_t count,
                                                                  std::stop_token stop) {
  open_.clear();
  begun_ = true;
  count_ = count;
  auto partition = std::make_shared<const Partition>(plan_, place_.run, std::vector<Element>());
  for (const LevelWalk::Position& level : position) {
    SYNCLINE_RETURN_IF_ERROR(Enter(partition));
    absl::StatusOr<std::optional<Element>> element = open_.back().walk->Seek(level, stop);
    if (!element.ok()) return Located(element.status());
    if (!element->has_value()) return std::shared_ptr<const Partition>();
    partition = Below(open_.back(), **std::move(element));
  }
  return partition;
}

}  // namespace syncline::pull
