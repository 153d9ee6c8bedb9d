#include "base/allocator.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace syncline::base {

void KeepFreedMemory() {
#ifdef __GLIBC__
  // mallopt(3). Set by hand, neither threshold moves by itself any more.
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(kFreeBytesKept));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(kFreeBytesKept));
  mallopt(M_ARENA_MAX, kArenasMax);
#endif
}

}  // namespace syncline::base
