#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "decode/byte_cursor.h"
#include "decode/inflater.h"
#include "decode/meter.h"
#include "decode/zip_entry.h"

namespace syncline::decode {

// The first file of a zip archive, folders skipped, its checksum compared. What follows it is read
// and dropped. Private to this folder.
class ZipSource final : public ByteSource {
 public:
  // `meter` must outlive it.
  ZipSource(std::unique_ptr<ByteSource> archive, Meter& meter)
      : archive_(std::move(archive)), meter_(meter) {}
  absl::StatusOr<std::string_view> Read() override;

 private:
  // Goes to the next entry; false when there is none.
  absl::StatusOr<bool> NextEntry();
  // The next bytes of the entry; empty at its end.
  absl::StatusOr<std::string_view> ReadEntry();
  absl::StatusOr<std::string_view> ReadStored(std::string_view* in);
  absl::Status EndEntry();
  absl::Status Drain();

  ByteCursor archive_;
  Meter& meter_;
  std::optional<Inflater> inflater_;
  std::optional<ZipEntry> entry_;  // the one that is being read
  bool is_folder_ = false;
  bool done_ = false;
  bool entry_ended_ = false;
  std::size_t stored_left_ = 0;
  std::uint32_t crc_ = 0;
  std::size_t produced_ = 0;
  std::string out_;
};

}  // namespace syncline::decode
