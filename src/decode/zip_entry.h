#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::decode {

// What the header in front of a file of a zip archive says (APPNOTE 4.3.7). The archive is read as
// it comes: the directory at its end is not asked, so that nothing has to be held.
struct ZipEntry {
  static constexpr std::size_t kHeaderBytes = 30;      // name and extra field follow
  static constexpr std::size_t kDescriptorBytes = 12;  // one word more with its mark

  bool is_deflated = false;     // else it is stored as it is
  bool has_descriptor = false;  // size and checksum follow the file
  std::uint32_t crc = 0;
  std::uint32_t compressed_bytes = 0;
  std::size_t name_bytes = 0;
  std::size_t extra_bytes = 0;

  // nullopt when the files are over. BODY_INVALID for what is no archive, and for one that is
  // encrypted or compressed in another way than deflate.
  static absl::StatusOr<std::optional<ZipEntry>> Parse(std::string_view header);
};

// The descriptor behind a file begins with an optional mark; then comes the checksum.
bool HasZipDescriptorMark(std::string_view descriptor);
std::uint32_t ParseZipDescriptor(std::string_view descriptor);

}  // namespace syncline::decode
