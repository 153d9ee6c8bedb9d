#include "model/run_event.h"

#include <array>

namespace syncline::model {

std::string_view RunEventKind(const RunEventBody& body) {
  static constexpr auto kKinds = std::to_array<std::string_view>(
      {"queued", "started", "page_committed", "waiting", "released", "ended"});
  static_assert(kKinds.size() == std::variant_size_v<RunEventBody>);
  return kKinds.at(body.index());
}

}  // namespace syncline::model
