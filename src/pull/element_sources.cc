#include "pull/element_sources.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

using expression::Value;
using Position = std::shared_ptr<const std::string>;

absl::Status NotOurs() {
  return base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
}

bool ReadInteger(json::Node object, std::string_view key, std::int64_t* to) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kNumber) return false;
  const std::string_view text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *to);
  return error == std::errc() && end == text.data() + text.size();
}

// Fixed and computed values. They are at hand all at once, so there is nothing to say of where one
// stands: a resumed run finds it by its key.
class ValuesSource final : public ElementSource {
 public:
  ValuesSource(const ValuesPlan& plan, const ListWalk::Place& place)
      : plan_(plan), place_(place), at_(std::make_shared<const std::string>("{}")) {}

  absl::StatusOr<std::optional<Element>> Next(std::stop_token) override {
    if (memory_ == nullptr) SYNCLINE_RETURN_IF_ERROR(Compute());
    if (next_ == memory_->elements.size()) return std::optional<Element>();
    return Element{.value = memory_->elements[next_++], .owner = memory_, .at = at_};
  }

  absl::Status Restore(json::Node) override {
    next_ = 0;
    return absl::OkStatus();
  }

 private:
  struct Memory {
    explicit Memory(base::Time now) : evaluation(now) {}
    std::shared_ptr<const json::Document> document;
    expression::Evaluation evaluation;
    std::vector<Value> elements;
  };

  absl::Status Compute() {
    auto memory = std::make_shared<Memory>(place_.run.run_start());
    const auto add = [&](const Value& value) { memory->elements.push_back(value); };
    if (plan_.values.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(std::string text,
                                plan_.values->Render(place_.names.value(), memory->evaluation));
      SYNCLINE_ASSIGN_OR_RETURN(memory->document, json::Document::Parse(std::move(text)));
      Value(memory->document->root()).ForEachElement(add);
    }
    if (plan_.expression.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(
          const Value list, plan_.expression->Evaluate(place_.names.value(), memory->evaluation));
      if (list.kind() != json::Kind::kArray && !list.is_null()) {
        return base::Error(base::Reason::kExpressionFailed,
                           fmt::format("The expression for the values ({}) yields no list.",
                                       plan_.expression->text()));
      }
      list.ForEachElement(add);
    }
    memory_ = std::move(memory);
    return absl::OkStatus();
  }

  const ValuesPlan& plan_;
  const ListWalk::Place& place_;
  const Position at_;
  std::shared_ptr<Memory> memory_;
  std::size_t next_ = 0;
};

// The records of a list of parents. Holds one page of it.
class RequestSource final : public ElementSource {
 public:
  RequestSource(const RequestPlan& plan, const ListWalk::Place& place, absl::Status* doubt)
      : plan_(plan), place_(place), doubt_(doubt), evaluation_(place.run.run_start()) {}

  absl::StatusOr<std::optional<Element>> Next(std::stop_token stop) override {
    while (true) {
      while (page_ != nullptr && next_ < page_->records.size()) {
        const Value record = page_->records.ElementAt(static_cast<std::int64_t>(next_));
        SYNCLINE_ASSIGN_OR_RETURN(const bool wanted, IsWanted(record));
        ++next_;
        if (wanted) return Element{.value = record, .owner = page_, .at = at_};
      }
      if (page_ != nullptr && page_->last) return std::optional<Element>();
      SYNCLINE_RETURN_IF_ERROR(Turn(stop));
    }
  }

  absl::Status Restore(json::Node at) override {
    page_ = nullptr;
    SYNCLINE_RETURN_IF_ERROR(Begin());
    return walk_->Restore(json::ToJson(at));
  }

 private:
  absl::Status Begin() {
    SYNCLINE_ASSIGN_OR_RETURN(ListWalk walk, ListWalk::Begin(plan_.list, place_));
    walk_.emplace(std::move(walk));
    return absl::OkStatus();
  }

  absl::Status Turn(std::stop_token stop) {
    if (!walk_.has_value()) SYNCLINE_RETURN_IF_ERROR(Begin());
    auto at = std::make_shared<const std::string>(walk_->Checkpoint());
    SYNCLINE_ASSIGN_OR_RETURN(ListPage page, walk_->Next(std::move(stop)));
    if (doubt_->ok()) *doubt_ = page.doubt;
    at_ = std::move(at);
    page_ = std::make_shared<const ListPage>(std::move(page));
    next_ = 0;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> IsWanted(const Value& record) {
    if (!plan_.filter.has_value()) return true;
    expression::Scope names = place_.names;
    names.Set("record", record);
    evaluation_.Reset();
    SYNCLINE_ASSIGN_OR_RETURN(const Value wanted,
                              plan_.filter->Evaluate(names.value(), evaluation_));
    return !wanted.is_null() && wanted.kind() != json::Kind::kFalse;
  }

  const RequestPlan& plan_;
  const ListWalk::Place& place_;
  absl::Status* const doubt_;
  std::optional<ListWalk> walk_;
  std::shared_ptr<const ListPage> page_;
  Position at_;  // of page_
  std::uint32_t next_ = 0;
  expression::Evaluation evaluation_;
};

// The parts of a range, made as they are asked for.
class RangeSource final : public ElementSource {
 public:
  RangeSource(const RangePlan& plan, const ListWalk::Place& place) : plan_(plan), place_(place) {}

  absl::StatusOr<std::optional<Element>> Next(std::stop_token) override {
    SYNCLINE_RETURN_IF_ERROR(Resolve());
    const auto part = next_.has_value() ? *next_ : range_->First();
    if (!part.has_value()) return std::optional<Element>();
    next_ = range_->PartFrom(part->to);
    return ElementOf(plan_, *range_, *part);
  }

  absl::Status Restore(json::Node at) override {
    SYNCLINE_RETURN_IF_ERROR(Resolve());
    RangePart part;
    if (!ReadInteger(at, "from", &part.from) || !ReadInteger(at, "to", &part.to)) return NotOurs();
    next_ = part;
    return absl::OkStatus();
  }

 private:
  struct Memory {
    std::pair<std::string, std::string> texts;
    std::array<expression::Member, 2> members;
  };

  static Element ElementOf(const RangePlan& plan, const Range& range, const RangePart& part) {
    const auto memory = std::make_shared<Memory>();
    memory->texts = plan.Write(part);
    const auto value = [&](const std::string& text) {
      return plan.is_number() ? Value::Number(text) : Value::String(text);
    };
    memory->members = {expression::Member{"from", value(memory->texts.first)},
                       expression::Member{"to", value(memory->texts.second)}};
    Element element{.value = Value::Object(memory->members), .owner = memory};
    element.key = plan.NameOf(part);
    element.at = std::make_shared<const std::string>(
        fmt::format(R"({{"from":{},"to":{}}})", part.from, part.to));
    // `plan` lives as long as the run.
    element.halve = [&plan, range, part]() -> std::optional<std::pair<Element, Element>> {
      const auto halves = range.Halve(part);
      if (!halves.has_value()) return std::nullopt;
      return std::pair(ElementOf(plan, range, halves->first),
                       ElementOf(plan, range, halves->second));
    };
    return element;
  }

  absl::Status Resolve() {
    if (range_.has_value()) return absl::OkStatus();
    SYNCLINE_ASSIGN_OR_RETURN(Range range,
                              plan_.Resolve(place_.names.value(), place_.run.run_start()));
    range_.emplace(range);
    return absl::OkStatus();
  }

  const RangePlan& plan_;
  const ListWalk::Place& place_;
  std::optional<Range> range_;
  // Absent: the first part. Holding nothing: at the end.
  std::optional<std::optional<RangePart>> next_;
};

std::unique_ptr<ElementSource> MakeOne(const SourcePlan& plan, const ListWalk::Place& place,
                                       absl::Status* doubt) {
  if (const auto* values = std::get_if<ValuesPlan>(&plan); values != nullptr) {
    return std::make_unique<ValuesSource>(*values, place);
  }
  if (const auto* request = std::get_if<RequestPlan>(&plan); request != nullptr) {
    return std::make_unique<RequestSource>(*request, place, doubt);
  }
  return std::make_unique<RangeSource>(std::get<RangePlan>(plan), place);
}

// One after the other; `at` says in which of them an element stands.
class UnionSource final : public ElementSource {
 public:
  UnionSource(const std::vector<SourcePlan>& plans, const ListWalk::Place& place,
              absl::Status* doubt)
      : plans_(plans),
        place_(place),
        doubt_(doubt),
        source_(MakeOne(plans.front(), place, doubt)) {}

  absl::StatusOr<std::optional<Element>> Next(std::stop_token stop) override {
    while (true) {
      SYNCLINE_ASSIGN_OR_RETURN(std::optional<Element> element, source_->Next(stop));
      if (element.has_value()) return InThisSource(*std::move(element));
      if (index_ + 1 == plans_.size()) return std::optional<Element>();
      source_ = MakeOne(plans_[++index_], place_, doubt_);
    }
  }

  absl::Status Restore(json::Node at) override {
    std::int64_t index = 0;
    json::Node inner;
    const bool read = ReadInteger(at, "source", &index) && at.Find("at", &inner) && index >= 0 &&
                      static_cast<std::size_t>(index) < plans_.size();
    if (!read) return NotOurs();
    index_ = static_cast<std::size_t>(index);
    source_ = MakeOne(plans_[index_], place_, doubt_);
    return source_->Restore(inner);
  }

 private:
  Element InThisSource(Element element) {
    if (element.at != inner_at_) {  // elements of one page share it
      inner_at_ = element.at;
      at_ = std::make_shared<const std::string>(
          fmt::format(R"({{"source":{},"at":{}}})", index_, *inner_at_));
    }
    element.at = at_;
    if (!element.halve) return element;
    element.halve = [index = index_, halve = std::move(element.halve)] {
      auto halves = halve();
      if (!halves.has_value()) return halves;
      for (Element* half : {&halves->first, &halves->second}) {
        half->at = std::make_shared<const std::string>(
            fmt::format(R"({{"source":{},"at":{}}})", index, *half->at));
      }
      return halves;
    };
    return element;
  }

  const std::vector<SourcePlan>& plans_;
  const ListWalk::Place& place_;
  absl::Status* const doubt_;
  std::unique_ptr<ElementSource> source_;
  std::size_t index_ = 0;
  Position inner_at_;
  Position at_;
};

}  // namespace

std::unique_ptr<ElementSource> MakeElementSource(const std::vector<SourcePlan>& sources,
                                                 const ListWalk::Place& place,
                                                 absl::Status* doubt) {
  if (sources.size() == 1) return MakeOne(sources.front(), place, doubt);
  return std::make_unique<UnionSource>(sources, place, doubt);
}

}  // namespace syncline::pull
