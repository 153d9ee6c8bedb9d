#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expression/expression.h"
#include "json/document.h"
#include "model/partition_state.h"
#include "model/run_event.h"
#include "pull/details.h"
#include "pull/partition.h"

namespace syncline::pull {

// One vendor response, decoded, with the details of its records: the unit of work, of commit and of
// progress. Records are valid as long as the page is held; it may outlive the puller.
struct Page {
  std::int64_t number = 0;  // from 1, rising by 1, going on after a resume (I2)
  std::shared_ptr<const json::Document> document;  // null when no answer stands behind the page
  std::shared_ptr<const void> memory;              // holds what was computed of the records
  expression::Value records;                       // an array
  std::shared_ptr<const void> details;             // holds what the details added to the records
  std::vector<FailedRecord> failed;                // whose details failed, in order of index
  std::vector<UnchangedRecord> unchanged;          // without details, in order of index
  std::vector<VersionedRecord> versions;           // to be kept of the others once written
  std::int64_t tolerated_count = 0;                // details that failed and left null instead
  // Whose records they are: without elements when there is no fan-out, null with `document`.
  std::shared_ptr<const Partition> partition;
  std::int64_t response_bytes = 0;  // decoded body
  std::int64_t request_count = 0;   // tries included
  std::int64_t retry_count = 0;     // those sent again
  std::int64_t total_records = 0;   // of the whole list; 0 = unknown
  bool last = false;                // no further page
  bool whole_list = true;    // false: only what changed is asked for, so that nothing is missing
  bool partial = false;      // not everything was seen: a refusal or a doubt, here or before
  bool begins_list = false;  // the first page of its list
  // This page stands for an identity that was refused, and is empty.
  std::optional<model::IdentityRefusal> refusal = std::nullopt;
  // A list ended with this page, and by the vendor's own words it holds more: LIST_INCOMPLETE.
  std::optional<model::RunError> doubt = std::nullopt;
  // Of the partitions whose walk ends with this page. They count once the run ended COMPLETE.
  std::vector<model::PartitionState> states = {};
  std::string paging = {};  // on the first page of an `automatic` list: how it goes on, and why
  std::string checkpoint;   // how to ask for the page after this one; "" when last
};

}  // namespace syncline::pull
