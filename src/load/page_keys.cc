#include "load/page_keys.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace syncline::load {
namespace {

std::string_view BytesOf(model::FieldType type, const model::Cell& cell) {
  if (type == model::FieldType::kString) return cell.text;
  return {reinterpret_cast<const char*>(&cell.integer), sizeof(cell.integer)};
}

}  // namespace

PageKeys::PageKeys(const LoadTarget& target, const model::RowBatch& rows) {
  const auto& fields = target.mapping.fields();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (!fields[column].unique) continue;
    const model::FieldType type = fields[column].column.type;
    if (type == model::FieldType::kNumber || type == model::FieldType::kJson) comparable_ = false;
    for (std::size_t row = 0; row < rows.size() && comparable_; ++row) {
      const model::Cell& cell = rows.at(row, column);
      if (cell.empty) continue;
      hashes_.push_back(std::max<std::uint64_t>(1, base::HashBytes(BytesOf(type, cell), column).low));
    }
  }
  slots_.resize(std::bit_ceil(2 * hashes_.size() + 1));
  for (const std::uint64_t hash : hashes_) slots_[PlaceOf(hash)] = hash;
}

std::size_t PageKeys::PlaceOf(std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = hash & mask;
  while (slots_[place] != 0 && slots_[place] != hash) place = (place + 1) & mask;
  return place;
}

bool PageKeys::Intersect(const PageKeys& other) const {
  if (!comparable_ || !other.comparable_) return true;
  return std::ranges::any_of(hashes_, [&](std::uint64_t hash) {
    return other.slots_[other.PlaceOf(hash)] == hash;
  });
}

}  // namespace syncline::load
