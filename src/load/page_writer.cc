#include "load/page_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/status.h"
#include "store/wire_format.h"

namespace syncline::load {

PageWriter::PageWriter(const LoadTarget& target, store::Transaction& transaction, IdBlocks& ids,
                       const model::RowBatch& rows, std::vector<Link> links, WriteMode mode)
    : target_(target),
      transaction_(transaction),
      ids_(ids),
      rows_(rows),
      links_(std::move(links)),
      mode_(mode),
      objects_(target, transaction, rows, mode.careful) {}

absl::Status PageWriter::Write() {
  Classify();
  SYNCLINE_RETURN_IF_ERROR(UpdateObjects(changed_, &new_));
  // By key, as every other page does: two that meet wait for each other instead of deadlocking.
  std::ranges::sort(new_, {}, [this](std::size_t row) { return rows_.record_keys[row]; });
  SYNCLINE_RETURN_IF_ERROR(PlaceNew());
  for (const Refusal& refusal : objects_.refusals()) AddReject(refusal);
  return WriteLinks();
}

void PageWriter::Classify() {
  const bool update = target_.mapping.write_policy() != v1::WRITE_POLICY_CREATE_ONLY;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    const Link& link = links_[row];
    if (link.link_id == 0) {
      new_.push_back(row);
    } else if (update && link.row_hash != rows_.row_hashes[row]) {
      changed_.push_back({row, link.object_id});
    } else {
      ++counters_.unchanged;
    }
  }
  new_count_ = new_.size();
}

absl::Status PageWriter::UpdateObjects(const std::vector<Placed>& placed,
                                       std::vector<std::size_t>* gone) {
  if (placed.empty()) return absl::OkStatus();
  std::unordered_map<std::int64_t, std::size_t> place_of;
  std::vector<ObjectRows> objects;
  for (const Placed& one : placed) {
    const auto [place, added] = place_of.emplace(one.object_id, objects.size());
    if (added) objects.push_back({one.object_id, {}});
    objects[place->second].rows.push_back(one.row);
  }
  for (ObjectRows& object : objects) std::ranges::sort(object.rows);
  SYNCLINE_ASSIGN_OR_RETURN(const ObjectIds written, objects_.Update(objects));
  std::unordered_set<std::size_t> refused;
  for (const Refusal& refusal : objects_.refusals()) refused.insert(refusal.row);

  std::vector<ObjectRows> silent;  // neither written nor refused: equal already, or gone
  for (const ObjectRows& object : objects) {
    if (refused.contains(object.rows.front())) continue;
    if (!written.contains(object.object_id)) {
      silent.push_back(object);
      continue;
    }
    counters_.updated += static_cast<std::int64_t>(object.rows.size());
    for (const std::size_t row : object.rows) AddLink(row, object.object_id);
  }
  if (silent.empty()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(const ObjectIds present, objects_.Exist(silent));
  for (const ObjectRows& object : silent) {
    if (present.contains(object.object_id)) {
      counters_.unchanged += static_cast<std::int64_t>(object.rows.size());
      for (const std::size_t row : object.rows) AddLink(row, object.object_id);
    } else {
      gone->insert(gone->end(), object.rows.begin(), object.rows.end());
    }
  }
  return absl::OkStatus();
}

// Objects that a statement of this transaction has just found.
absl::Status PageWriter::UpdateFound(const std::vector<Placed>& placed) {
  std::vector<std::size_t> gone;
  SYNCLINE_RETURN_IF_ERROR(UpdateObjects(placed, &gone));
  if (gone.empty()) return absl::OkStatus();
  return base::Error(base::Reason::kDatabaseConflict,
                     "An object was deleted while it was written.");
}

absl::Status PageWriter::PlaceNew() {
  if (new_.empty()) return absl::OkStatus();
  const v1::WritePolicy policy = target_.mapping.write_policy();
  std::vector<std::int64_t> found(new_.size());
  if (!mode_.assume_new || policy == v1::WRITE_POLICY_UPDATE_ONLY) {
    SYNCLINE_ASSIGN_OR_RETURN(found, objects_.Find(new_));
  }
  std::vector<Placed> merged;
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < new_.size(); ++i) {
    if (found[i] == 0) {
      unknown.push_back(new_[i]);
    } else {
      merged.push_back({new_[i], found[i]});
    }
  }
  merged_count_ = merged.size();
  if (policy == v1::WRITE_POLICY_CREATE_ONLY) {
    counters_.unchanged += static_cast<std::int64_t>(merged.size());
    for (const Placed& one : merged) AddLink(one.row, one.object_id);
  } else {
    SYNCLINE_RETURN_IF_ERROR(UpdateFound(merged));
  }
  if (policy == v1::WRITE_POLICY_UPDATE_ONLY) {
    counters_.skipped += static_cast<std::int64_t>(unknown.size());
    return absl::OkStatus();
  }
  return Create(unknown);
}

bool PageWriter::HasRequired(std::size_t row) {
  const auto& fields = target_.mapping.fields();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (!fields[column].required || !rows_.at(row, column).empty) continue;
    const std::string& field = fields[column].column.field;
    AddReject({row, base::Reason::kRequiredFieldEmpty,
               fmt::format("{}: is empty, and a new object cannot be created without it.", field),
               field});
    return false;
  }
  return true;
}

absl::Status PageWriter::Create(const std::vector<std::size_t>& rows) {
  std::vector<ObjectRows> objects;
  objects.reserve(rows.size());
  SYNCLINE_RETURN_IF_ERROR(ids_.Reserve(transaction_, rows.size()));
  for (const std::size_t row : rows) {
    if (HasRequired(row)) objects.push_back({ids_.NextObject(), {row}});
  }
  if (objects.empty()) return absl::OkStatus();
  if (mode_.careful) return InsertCarefully(objects);
  SYNCLINE_RETURN_IF_ERROR(objects_.Copy(objects));
  counters_.created += static_cast<std::int64_t>(objects.size());
  for (const ObjectRows& object : objects) AddLink(object.rows.front(), object.object_id);
  return absl::OkStatus();
}

absl::Status PageWriter::InsertCarefully(const std::vector<ObjectRows>& objects) {
  const std::size_t refusals = objects_.refusals().size();
  SYNCLINE_ASSIGN_OR_RETURN(const ObjectIds inserted, objects_.Insert(objects));
  std::unordered_set<std::size_t> refused;
  for (std::size_t i = refusals; i < objects_.refusals().size(); ++i) {
    refused.insert(objects_.refusals()[i].row);
  }
  std::vector<std::size_t> conflicting;
  for (const ObjectRows& object : objects) {
    const std::size_t row = object.rows.front();
    if (inserted.contains(object.object_id)) {
      ++counters_.created;
      AddLink(row, object.object_id);
    } else if (!refused.contains(row)) {
      conflicting.push_back(row);
    }
  }
  if (conflicting.empty()) return absl::OkStatus();
  // Another page, or another record of this one, made the object meanwhile.
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> found, objects_.Find(conflicting));
  std::vector<Placed> merged;
  for (std::size_t i = 0; i < conflicting.size(); ++i) {
    if (found[i] != 0) {
      merged.push_back({conflicting[i], found[i]});
    } else {
      SYNCLINE_RETURN_IF_ERROR(objects_.RefuseConflict(conflicting[i]));
    }
  }
  return UpdateFound(merged);
}

void PageWriter::AddLink(std::size_t row, std::int64_t object_id) {
  Link& link = links_[row];
  if (link.link_id != 0) {
    old_links_.push_back({row, object_id});
  } else {
    new_links_.push_back({row, object_id});
  }
}

void PageWriter::AddReject(const Refusal& refusal) {
  const std::int64_t index = rows_.record_indexes[refusal.row];
  model::Reject reject =
      rows_.reject_of ? rows_.reject_of(index) : model::Reject{.record_index = index};
  reject.reason = base::ReasonName(refusal.reason);
  reject.message = refusal.message;
  reject.field = refusal.field;
  rejects_.push_back(std::move(reject));
  ++counters_.rejected;
}

absl::Status PageWriter::WriteLinks() {
  if (!new_links_.empty()) {
    SYNCLINE_RETURN_IF_ERROR(ids_.Reserve(transaction_, new_links_.size()));
    std::string tuples;
    for (const auto& [row, object_id] : new_links_) {
      links_[row].link_id = ids_.NextLink();
      store::AppendInt16(tuples, 5);
      store::AppendInt32(tuples, sizeof(std::int64_t));
      store::AppendInt64(tuples, target_.integration_uid);
      store::AppendInt32(tuples, sizeof(base::Hash128));
      store::AppendHash(tuples, rows_.record_keys[row]);
      store::AppendInt32(tuples, sizeof(std::int64_t));
      store::AppendInt64(tuples, links_[row].link_id);
      store::AppendInt32(tuples, sizeof(std::int64_t));
      store::AppendInt64(tuples, object_id);
      store::AppendInt32(tuples, sizeof(base::Hash128));
      store::AppendHash(tuples, rows_.row_hashes[row]);
    }
    SYNCLINE_RETURN_IF_ERROR(transaction_.CopyBinary(target_.copy_links, tuples).status());
  }
  if (old_links_.empty()) return absl::OkStatus();
  std::vector<base::Hash128> keys, hashes;
  std::vector<std::int64_t> object_ids;
  for (const auto& [row, object_id] : old_links_) {
    keys.push_back(rows_.record_keys[row]);
    hashes.push_back(rows_.row_hashes[row]);
    object_ids.push_back(object_id);
  }
  return transaction_
      .Execute(target_.update_links, store::Parameters()
                                         .Int64(target_.integration_uid)
                                         .HashArray(keys)
                                         .Int64Array(object_ids)
                                         .HashArray(hashes))
      .status();
}

std::string SeenRanges(const std::vector<Link>& links, std::vector<std::int64_t> more) {
  std::vector<std::int64_t> ids = std::move(more);
  ids.reserve(ids.size() + links.size());
  for (const Link& link : links) {
    if (link.link_id != 0) ids.push_back(link.link_id);
  }
  std::ranges::sort(ids);
  std::string text = "{";
  for (std::size_t begin = 0; begin < ids.size();) {
    std::size_t end = begin + 1;
    while (end < ids.size() && ids[end] == ids[end - 1] + 1) ++end;
    text += fmt::format("{}[{},{})", begin == 0 ? "" : ",", ids[begin], ids[end - 1] + 1);
    begin = end;
  }
  return text + "}";
}

}  // namespace syncline::load
