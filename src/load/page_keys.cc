#include "load/page_keys.h"

#include <algorithm>

namespace syncline::load {
namespace {

std::string_view BytesOf(model::FieldType type, const model::Cell& cell) {
  if (type == model::FieldType::kString) return cell.text;
  return {reinterpret_cast<const char*>(&cell.integer), sizeof(cell.integer)};
}

std::size_t UniqueCount(const mapping::CompiledMapping& mapping) {
  return static_cast<std::size_t>(
      std::ranges::count(mapping.fields(), true, &mapping::TargetField::unique));
}

}  // namespace

PageKeys::PageKeys(const LoadTarget& target, const model::RowBatch& rows)
    : table_(rows.size() * UniqueCount(target.mapping)) {
  const auto& fields = target.mapping.fields();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (!fields[column].unique) continue;
    const model::FieldType type = fields[column].column.type;
    if (type == model::FieldType::kNumber || type == model::FieldType::kJson) comparable_ = false;
    for (std::size_t row = 0; row < rows.size() && comparable_; ++row) {
      const model::Cell& cell = rows.at(row, column);
      if (cell.empty) continue;
      hashes_.push_back(base::HashBytes(BytesOf(type, cell), column));
      table_.FindOrAdd(hashes_.back(), hashes_.size() - 1, hashes_);
    }
  }
}

bool PageKeys::Intersect(const PageKeys& other) const {
  if (!comparable_ || !other.comparable_) return true;
  return std::ranges::any_of(hashes_, [&](const base::Hash128& hash) {
    return other.table_.Find(hash, other.hashes_).has_value();
  });
}

}  // namespace syncline::load
