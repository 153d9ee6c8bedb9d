#include "pull/partition.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"

namespace syncline::pull {

using expression::Value;

Partition::Partition(std::shared_ptr<const FanOutPlan> plan, const RunScope& run,
                     std::vector<Element> elements)
    : plan_(std::move(plan)), run_(run), elements_(std::move(elements)), names_(run.names()) {
  if (elements_.empty()) return;
  members_.reserve(elements_.size());
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    members_.emplace_back(plan_->levels()[i].name, elements_[i].value);
  }
  parents_ = Value::Object(members_);
  names_.Set(kParents, parents_);
  if (elements_.size() < plan_->levels().size()) return;
  parent_ = elements_.back().value;
  names_.Set(kParent, parent_);
}

std::string Partition::Describe() const {
  std::string text;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    text +=
        fmt::format("{}{} \"{}\"", i == 0 ? "" : ", ", plan_->levels()[i].name, elements_[i].key);
  }
  return text;
}

std::string Partition::RecordSpace() const {
  std::string text;
  for (const Element& element : elements_) {
    if (element.halve) continue;
    json::AppendJsonString(element.key, &text);
  }
  return text;
}

std::string Partition::StateKey(const std::string& identity) const {
  std::vector<std::string> names;
  if (!identity.empty()) names.push_back(identity);
  for (const Element& element : elements_) {
    if (!element.halve) names.push_back(element.key);
  }
  if (names.size() == 1) return names.front();
  std::string key;
  for (const std::string& name : names) {
    if (!key.empty()) key += "/";
    for (const char c : name) {  // so that no two combinations are alike
      key += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
    }
  }
  return key;
}

absl::Status Partition::Located(const absl::Status& status) const {
  if (elements_.empty() || base::ReasonOf(status) == base::Reason::kCancelled) return status;
  base::ErrorMetadata metadata = base::MetadataOf(status);
  const std::string place = Describe();
  metadata.emplace("partition", place);
  absl::Status located =
      base::Error(base::ReasonOf(status),
                  fmt::format("{} This was for {}.", base::MessageOf(status), place), metadata);
  const auto delay = base::RetryAfterOf(status);
  return delay.has_value() ? base::WithRetryAfter(std::move(located), *delay) : located;
}

std::optional<Partition::Pair> Partition::Halve() const {
  for (std::size_t i = elements_.size(); i-- > 0;) {
    if (!elements_[i].halve) continue;
    auto halves = elements_[i].halve();
    if (!halves.has_value()) continue;
    std::vector<Element> first = elements_;
    std::vector<Element> second = elements_;
    first[i] = std::move(halves->first);
    second[i] = std::move(halves->second);
    return Pair(std::make_shared<const Partition>(plan_, run_, std::move(first)),
                std::make_shared<const Partition>(plan_, run_, std::move(second)));
  }
  return std::nullopt;
}

}  // namespace syncline::pull
