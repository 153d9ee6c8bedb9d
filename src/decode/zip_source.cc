#include "decode/zip_source.h"

#include <algorithm>

#include "base/status.h"

namespace syncline::decode {

absl::StatusOr<std::string_view> ZipSource::Read() {
  while (!done_) {
    if (!entry_.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(const bool found, NextEntry());
      if (!found) return base::Error(base::Reason::kBodyInvalid, "The zip archive holds no file.");
    }
    SYNCLINE_ASSIGN_OR_RETURN(const std::string_view piece, ReadEntry());
    if (!piece.empty()) {
      if (!is_folder_) return piece;
      continue;  // a folder has no bytes; should it, they are not the file's
    }
    SYNCLINE_RETURN_IF_ERROR(EndEntry());
    done_ = !is_folder_;
    entry_.reset();
  }
  SYNCLINE_RETURN_IF_ERROR(Drain());
  return std::string_view();
}

absl::StatusOr<bool> ZipSource::NextEntry() {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string header, archive_.Take(ZipEntry::kHeaderBytes));
  if (header.size() < ZipEntry::kHeaderBytes) return BrokenOff();
  SYNCLINE_ASSIGN_OR_RETURN(entry_, ZipEntry::Parse(header));
  if (!entry_.has_value()) return false;
  const std::size_t rest = entry_->name_bytes + entry_->extra_bytes;
  SYNCLINE_ASSIGN_OR_RETURN(const std::string names, archive_.Take(rest));
  if (names.size() < rest) return BrokenOff();
  is_folder_ = entry_->name_bytes > 0 && names[entry_->name_bytes - 1] == '/';
  if (entry_->is_deflated) inflater_.emplace(Inflater::Wrapper::kNone);
  stored_left_ = entry_->compressed_bytes;
  entry_ended_ = false;
  crc_ = 0;
  return true;
}

absl::StatusOr<std::string_view> ZipSource::ReadEntry() {
  while (!entry_ended_) {
    SYNCLINE_ASSIGN_OR_RETURN(std::string_view* const in, archive_.Peek());
    if (!entry_->is_deflated) return ReadStored(in);
    if (in->empty()) return BrokenOff();
    SYNCLINE_ASSIGN_OR_RETURN(entry_ended_, inflater_->Inflate(in, &out_));
    SYNCLINE_RETURN_IF_ERROR(meter_.Produce(out_.size(), &produced_));
    crc_ = Crc32(crc_, out_);
    if (!out_.empty()) return std::string_view(out_);
  }
  return std::string_view();
}

absl::StatusOr<std::string_view> ZipSource::ReadStored(std::string_view* in) {
  const std::string_view piece = in->substr(0, stored_left_);
  if (piece.empty() && stored_left_ > 0) return BrokenOff();
  in->remove_prefix(piece.size());
  stored_left_ -= piece.size();
  entry_ended_ = stored_left_ == 0;
  crc_ = Crc32(crc_, piece);
  return piece;
}

absl::Status ZipSource::EndEntry() {
  std::uint32_t expected = entry_->crc;
  if (entry_->has_descriptor) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::string descriptor,
                              archive_.Take(ZipEntry::kDescriptorBytes));
    if (descriptor.size() < ZipEntry::kDescriptorBytes) return BrokenOff();
    expected = ParseZipDescriptor(descriptor);
    if (HasZipDescriptorMark(descriptor)) {
      SYNCLINE_RETURN_IF_ERROR(archive_.Take(4).status());
    }
  }
  if (crc_ == expected) return absl::OkStatus();
  return base::Error(base::Reason::kBodyInvalid,
                     "The zip archive is broken: the checksum of its first file is wrong.");
}

absl::Status ZipSource::Drain() {
  while (true) {
    SYNCLINE_ASSIGN_OR_RETURN(std::string_view* const in, archive_.Peek());
    if (in->empty()) return absl::OkStatus();
    *in = {};
  }
}

}  // namespace syncline::decode
