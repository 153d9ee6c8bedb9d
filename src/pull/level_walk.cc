#include "pull/level_walk.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

using expression::Value;

// Names go into every checkpoint: a long one is cut, and told from others by its hash.
std::string Bounded(std::string key) {
  if (key.size() <= Element::kKeyBytesMax) return key;
  constexpr std::size_t kHashBytes = 33;  // "#" and 32 hexadecimal digits
  const base::Hash128 hash = base::HashBytes(key);
  std::size_t end = Element::kKeyBytesMax - kHashBytes;
  while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{}#{:016x}{:016x}", std::string_view(key).substr(0, end), hash.high,
                     hash.low);
}

struct GroupMemory {
  std::vector<Value> values;
  std::vector<std::shared_ptr<const void>> owners;
};

}  // namespace

LevelWalk::LevelWalk(const LevelPlan& plan, ListWalk::Place place)
    : plan_(plan),
      place_(std::move(place)),
      source_(MakeElementSource(plan_.sources, place_, &doubt_)),
      evaluation_(place_.run.run_start()) {}

absl::StatusOr<std::string> LevelWalk::NameOf(const Element& element) {
  Value name = element.value;
  if (plan_.key.has_value()) {
    evaluation_.Reset();
    SYNCLINE_ASSIGN_OR_RETURN(name, plan_.key->Evaluate(element.value, evaluation_));
  } else if (name.kind() == json::Kind::kObject) {
    name = name.Find("id");
  }
  std::string text;
  const bool is_scalar = name.kind() != json::Kind::kArray && name.kind() != json::Kind::kObject;
  if (is_scalar) expression::AppendText(name, &text);
  if (!text.empty()) return Bounded(std::move(text));
  return base::Error(
      base::Reason::kExpressionFailed,
      fmt::format("An element of the level \"{}\" has no name: {} yields no text and no number.",
                  plan_.name, plan_.key.has_value() ? plan_.key->text() : "its member id"),
      {{"level", plan_.name}});
}

absl::StatusOr<std::optional<Element>> LevelWalk::NextSingle(std::stop_token stop) {
  while (true) {
    if (!unnamed_.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(unnamed_, source_->Next(stop));
      if (!unnamed_.has_value()) return std::optional<Element>();
    }
    bool is_new = true;
    if (unnamed_->key.empty()) {
      SYNCLINE_ASSIGN_OR_RETURN(unnamed_->key, NameOf(*unnamed_));
      is_new = seen_.insert(base::HashBytes(unnamed_->key)).second;
    }
    std::optional<Element> element = std::exchange(unnamed_, std::nullopt);
    if (!is_new) continue;
    element->first_key = element->last_key = element->key;
    return element;
  }
}

Element LevelWalk::TakeGroup() {
  const auto memory = std::make_shared<GroupMemory>();
  for (Element& member : group_) {
    memory->values.push_back(member.value);
    if (memory->owners.empty() || memory->owners.back() != member.owner) {
      memory->owners.push_back(std::move(member.owner));
    }
  }
  Element group{.value = Value::Array(memory->values), .owner = memory};
  group.first_key = group_.front().first_key;
  group.last_key = group_.back().last_key;
  group.key = Bounded(fmt::format("{}..{}", group.first_key, group.last_key));
  group.at = group_.front().at;
  group_.clear();
  return group;
}

absl::StatusOr<std::optional<Element>> LevelWalk::Next(std::stop_token stop) {
  if (plan_.group_size == 1) return NextSingle(std::move(stop));
  while (group_.size() < static_cast<std::size_t>(plan_.group_size)) {
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<Element> member, NextSingle(stop));
    if (!member.has_value()) break;
    group_.push_back(*std::move(member));
  }
  if (group_.empty()) return std::optional<Element>();
  return TakeGroup();
}

absl::Status LevelWalk::BeginAt(const Position& position) {
  source_ = MakeElementSource(plan_.sources, place_, &doubt_);
  unnamed_.reset();
  seen_.clear();
  group_.clear();
  SYNCLINE_ASSIGN_OR_RETURN(const auto at, json::Document::Parse(position.at));
  return source_->Restore(at->root());
}

absl::StatusOr<std::optional<Element>> LevelWalk::Seek(const Position& position,
                                                       std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(BeginAt(position));
  std::shared_ptr<const std::string> page;
  while (true) {
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<Element> single, NextSingle(stop));
    // Only the page where it stood is searched.
    if (!single.has_value() || (page != nullptr && single->at != page)) break;
    page = single->at;
    if (single->key != position.first_key) continue;
    if (plan_.group_size == 1) return single;
    group_.push_back(*std::move(single));
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<Element> group, Next(stop));
    if (group->last_key == position.last_key) return group;
    break;
  }
  SYNCLINE_RETURN_IF_ERROR(BeginAt(position));
  return std::optional<Element>();
}

}  // namespace syncline::pull
