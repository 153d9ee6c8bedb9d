#include "decode/record_cutter.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::decode {

absl::Status CheckRecordSize(const RecordPage& page) {
  if (!page.record_is_too_large()) return absl::OkStatus();
  return base::Error(
      base::Reason::kResponseTooLarge,
      fmt::format("The answer is refused: one of its records is larger than {} bytes.",
                  page.record_bytes_max()));
}

}  // namespace syncline::decode
