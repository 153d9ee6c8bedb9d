#pragma once

#include <cstddef>
#include <functional>

#include "base/worker_pool.h"

namespace syncline::pull {

// Calls `work(i)` for every i below `count`, at most `parallel_count` at a time, and returns when
// all of them are done. One of them runs in this thread, the others in `pool` as far as it has room
// (null: none): a pool that is busy with the work of others makes this slower and never stuck.
// `work` returns false to leave out what was not begun yet.
void ParallelFor(std::size_t count, int parallel_count, base::WorkerPool* pool,
                 const std::function<bool(std::size_t)>& work);

}  // namespace syncline::pull
