#include "decode/zip_entry.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::decode {
namespace {

constexpr std::string_view kFileMark = "PK\x03\x04";
constexpr std::string_view kDescriptorMark = "PK\x07\x08";
constexpr std::uint32_t kEncrypted = 0x0001;
constexpr std::uint32_t kHasDescriptor = 0x0008;
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kDeflated = 8;
constexpr std::uint32_t kSizeElsewhere = 0xFFFFFFFF;  // in the extra field, as a 64-bit number

std::uint32_t LittleEndian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

absl::Status Refused(std::string_view what) {
  return base::Error(base::Reason::kBodyInvalid, fmt::format("The zip archive {}.", what));
}

}  // namespace

absl::StatusOr<std::optional<ZipEntry>> ZipEntry::Parse(std::string_view header) {
  if (!header.starts_with(kFileMark)) {
    if (header.starts_with("PK")) return std::optional<ZipEntry>();
    return Refused("is broken");
  }
  const std::uint32_t flags = LittleEndian(header, 6, 2);
  const std::uint32_t method = LittleEndian(header, 8, 2);
  if ((flags & kEncrypted) != 0) return Refused("is encrypted");
  if (method != kStored && method != kDeflated) {
    return Refused(fmt::format("uses method {}; deflate and stored are read", method));
  }
  ZipEntry entry{.is_deflated = method == kDeflated,
                 .has_descriptor = (flags & kHasDescriptor) != 0,
                 .crc = LittleEndian(header, 14, 4),
                 .compressed_bytes = LittleEndian(header, 18, 4),
                 .name_bytes = LittleEndian(header, 26, 2),
                 .extra_bytes = LittleEndian(header, 28, 2)};
  const bool knows_its_size = !entry.has_descriptor && entry.compressed_bytes != kSizeElsewhere;
  if (!entry.is_deflated && !knows_its_size) {
    return Refused("stores a file without saying how long it is");
  }
  return std::optional<ZipEntry>(entry);
}

bool HasZipDescriptorMark(std::string_view descriptor) {
  return descriptor.starts_with(kDescriptorMark);
}

std::uint32_t ParseZipDescriptor(std::string_view descriptor) {
  return LittleEndian(descriptor, HasZipDescriptorMark(descriptor) ? 4 : 0, 4);
}

}  // namespace syncline::decode
