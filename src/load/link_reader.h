#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/load_target.h"
#include "model/row.h"
#include "store/connection.h"

namespace syncline::load {

// Reads by key the links of those of a page's rows that `asked` names into `links`, which is
// parallel to the rows. One statement; nothing is locked. Returns the blocks of the link table in
// which they stand, in no order.
absl::StatusOr<std::vector<std::uint32_t>> ReadLinksOf(store::Connection& connection,
                                                       const LoadTarget& target,
                                                       const model::RowBatch& rows,
                                                       std::span<const std::size_t> asked,
                                                       std::vector<Link>* links);

// The links of all rows of a page, parallel to them.
absl::StatusOr<std::vector<Link>> ReadLinks(store::Connection& connection, const LoadTarget& target,
                                            const model::RowBatch& rows);

}  // namespace syncline::load
