#include "reshape/step.h"

namespace syncline::reshape {
namespace {

absl::Status TooMuch(std::size_t limit, std::string_view what) {
  return base::Error(
      base::Reason::kResponseTooLarge,
      fmt::format("The record steps make more than {} {} of one page.", limit, what));
}

}  // namespace

absl::Status StepContext::SpendMembers(std::size_t count) {
  members_ += count;
  return members_ <= limits_.members_max ? absl::OkStatus()
                                         : TooMuch(limits_.members_max, "members");
}

absl::Status StepContext::CheckRows(std::size_t count) const {
  return count <= limits_.rows_max ? absl::OkStatus() : TooMuch(limits_.rows_max, "records");
}

absl::Status WrongShape(std::string_view what) {
  return base::Error(base::Reason::kRecordShapeInvalid, fmt::format("The records {}.", what));
}

std::string_view KindName(const expression::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull: return "null";
    case json::Kind::kFalse:
    case json::Kind::kTrue: return "a truth value";
    case json::Kind::kNumber: return "a number";
    case json::Kind::kString: return "a string";
    case json::Kind::kArray: return "a list";
    case json::Kind::kObject: return "an object";
  }
  return "nothing";
}

}  // namespace syncline::reshape
