#pragma once

#include "paging/pagination_check.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// What is wrong with the rules of a pagination, as "advanced.rules[0].add.query.cursor".
void CheckAdvanced(const v1::AdvancedPagination& spec, PaginationCheck* check);

}  // namespace syncline::paging
