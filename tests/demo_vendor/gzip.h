#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace syncline::demo_vendor {

// RFC 1952, quick rather than small.
std::string Gzip(std::string_view text);

// A valid gzip body of about `mebibytes` / 1000 MiB that unpacks to that many MiB of spaces.
std::string GzipBomb(std::int64_t mebibytes);

}  // namespace syncline::demo_vendor
