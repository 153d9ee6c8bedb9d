#pragma once

#include <cstdint>
#include <string>

namespace syncline::demo_vendor {

// One record of a list, before it is rendered.
struct RecordState {
  std::int64_t number = 0;    // 0-based, never reused; the id is made from it
  std::int64_t revision = 0;  // rises with every change
};

// The JSON text of a record is a pure function of these three; about 720 bytes, nested four deep,
// without line breaks. A new revision also moves last_seen (devices) or title (people).
std::string DeviceText(std::uint64_t seed, const RecordState& record);
std::string PersonText(std::uint64_t seed, const RecordState& record);

// "d-0000042" and "p-0000042".
std::string DeviceId(std::int64_t number);
std::string PersonId(std::int64_t number);

}  // namespace syncline::demo_vendor
