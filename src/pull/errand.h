#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/exchange.h"
#include "paging/paginator.h"

namespace syncline::pull {

// Why a request is sent, as its exchange tells it. Plain value; what `null_statuses` refers to must
// outlive it.
struct Errand {
  model::ExchangePurpose purpose = model::ExchangePurpose::kPage;
  std::string name = {};          // of the level or the detail; what is done with an export job
  std::string partition = {};     // Partition::Describe
  std::int64_t page_number = 1;   // of the list; of a detail, of the page that has its record
  std::int64_t record_index = 0;  // of a detail: which record of the page, from 0
  std::string found = {};         // how the page came to be asked for: "the next link of page 2"
  std::int64_t detail_page = 1;   // of a detail with pages of its own
  const std::vector<int>* null_statuses = nullptr;  // of a detail: those that are no failure

  // The errand of one page of the list that this one is about.
  Errand ForPage(std::int64_t number, const paging::PageRequest& asked) const;
  // "page 3: the next link of page 2", "level site, page 1", "detail owner of record 12 of page 1".
  std::string Describe() const;
};

}  // namespace syncline::pull
