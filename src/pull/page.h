#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "expression/expression.h"
#include "json/document.h"
#include "model/run_event.h"

namespace syncline::pull {

// One vendor response, decoded: the unit of work, of commit and of progress. Records are valid as
// long as `document` and `memory` are held; both may outlive the puller.
struct Page {
  std::int64_t number = 0;  // from 1, rising by 1, going on after a resume (I2)
  std::shared_ptr<const json::Document> document;  // null when no answer stands behind the page
  std::shared_ptr<const void> memory;              // holds what was computed of the records
  expression::Value records;                       // an array
  std::int64_t response_bytes = 0;                 // decoded body
  std::int64_t request_count = 0;                  // tries included
  std::int64_t total_records = 0;                  // of the whole list; 0 = unknown
  bool last = false;                               // no further page
  bool partial = false;  // an identity was refused, on this page or before
  // This page stands for an identity that was refused, and is empty.
  std::optional<model::IdentityRefusal> refusal = std::nullopt;
  std::string checkpoint;  // how to ask for the page after this one; "" when last
};

}  // namespace syncline::pull
