#include <unordered_set>
#include <vector>

#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Value;
using Names = std::vector<std::string_view>;

class HeaderRowStep final : public Step {
 public:
  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    if (records.size() == 0) return records;
    Rows rows(context.memory().memory(), records.size());
    Names names;
    absl::Status status;
    std::size_t index = 0;
    records.ForEachElement([&](const Value& record) {
      if (!status.ok()) return;
      if (record.kind() != json::Kind::kArray) {
        status = WrongShape(
            fmt::format("are to be rows, but number {} is {}", index + 1, KindName(record)));
      } else if (index == 0) {
        status = ReadNames(record, &names);
      } else {
        status = AddRow(record, names, index, context, &rows);
      }
      ++index;
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(rows.elements());
  }

 private:
  static absl::Status ReadNames(const Value& header, Names* names) {
    std::unordered_set<std::string_view> seen;
    absl::Status status;
    header.ForEachElement([&](const Value& cell) {
      if (!status.ok()) return;
      const bool is_name = cell.kind() == json::Kind::kString || cell.kind() == json::Kind::kNumber;
      if (!is_name) {
        status = WrongShape(fmt::format("have a header whose cell {} is {}, not a name",
                                        names->size() + 1, KindName(cell)));
      } else if (!seen.insert(cell.text()).second) {
        status = WrongShape(fmt::format("have a header that names two columns '{}'",
                                        cell.text().substr(0, kShownBytes)));
      } else {
        names->push_back(cell.text());
      }
    });
    return status;
  }

  static absl::Status AddRow(const Value& cells, const Names& names, std::size_t index,
                             StepContext& context, Rows* rows) {
    if (cells.size() > names.size()) {
      return WrongShape(fmt::format("have {} cells in row {}, and a header of {}", cells.size(),
                                    index + 1, names.size()));
    }
    SYNCLINE_RETURN_IF_ERROR(context.SpendMembers(cells.size()));
    Members row(context.memory().memory(), cells.size());
    cells.ForEachElement([&](const Value& cell) { row.Push({names[row.size()], cell}); });
    rows->Push(Value::Object(row.elements()));
    return absl::OkStatus();
  }

  static constexpr std::size_t kShownBytes = 64;
};

}  // namespace

Made MakeHeaderRow() { return std::make_unique<HeaderRowStep>(); }

}  // namespace syncline::reshape
