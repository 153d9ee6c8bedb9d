#include "cli/counter_text.h"

#include <google/protobuf/descriptor.h>

#include <cctype>

#include "cli/scalar_field.h"
#include "fmt/format.h"

namespace syncline::cli {

std::string Grouped(std::int64_t number) {
  std::string text = fmt::format("{}", number);
  const int first = number < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string Counted(std::int64_t number, std::string_view singular) {
  return fmt::format("{} {}{}", Grouped(number), singular, number == 1 ? "" : "s");
}

std::string Outcomes(const v1::RunCounters& counters) {
  std::string text = fmt::format("{} created, {} updated, {} unchanged, {} rejected",
                                 Grouped(counters.created()), Grouped(counters.updated()),
                                 Grouped(counters.unchanged()), Grouped(counters.rejected()));
  if (counters.duplicates() > 0)
    text += fmt::format(", {} duplicates", Grouped(counters.duplicates()));
  if (counters.skipped() > 0) text += fmt::format(", {} skipped", Grouped(counters.skipped()));
  if (counters.missing() > 0) text += fmt::format(", {} missing", Grouped(counters.missing()));
  return text;
}

std::string LowerState(v1::Run::State state) {
  const auto* value = v1::Run::State_descriptor()->FindValueByNumber(state);
  std::string text = value == nullptr || state == 0 ? "unknown" : ShortEnumName(*value);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace syncline::cli
