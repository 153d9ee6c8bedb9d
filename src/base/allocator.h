#pragma once

#include <cstddef>

namespace syncline::base {

// Freed memory that may be kept for later, by each of so many arenas of malloc(3).
inline constexpr int kArenasMax = 2;
inline constexpr std::size_t kFreeBytesKept = std::size_t{16} << 20;

// To be called once, before the first thread. The buffers of a page (text, document, rows) are
// megabytes, made and freed with every page; by default glibc gives such back to the kernel each
// time, and the page faults of getting them anew cost a tenth or more of reading and mapping a
// page. Does nothing where the C library is another one.
void KeepFreedMemory();

}  // namespace syncline::base
