#include "pull/export_parts.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/status.h"

namespace syncline::pull {
namespace {

using expression::Value;

absl::Status Refused(const std::string& what) {
  return base::Error(base::Reason::kExportJobFailed, what);
}

// Visits the elements of a list, or the one value that is none.
template <typename Add>
absl::Status ForEachPart(const Value& value, const Add& add) {
  if (value.is_null()) {
    return Refused(
        "The vendor says that the export is ready, and its parts are null; an export without "
        "records has an empty list of them.");
  }
  if (value.kind() != json::Kind::kArray) return add(value);
  if (value.size() > ExportParts::kCountMax) {
    return Refused(fmt::format("The export has {} parts; at most {} are fetched.", value.size(),
                               ExportParts::kCountMax));
  }
  absl::Status status;
  std::set<std::string> seen;
  value.ForEachElement([&](const Value& one) {
    if (status.ok() && seen.insert(expression::ToJson(one)).second) status = add(one);
  });
  return status;
}

}  // namespace

ExportParts ExportParts::Single() {
  ExportParts parts;
  (void)parts.Add("", "");
  return parts;
}

absl::Status ExportParts::Add(std::string text, std::string_view identity) {
  bytes_ += text.size();
  if (text.size() > kPartBytesMax || bytes_ > kBytesMax) {
    return Refused(fmt::format(
        "The parts of the export take too much: at most {} bytes each, {} MiB together.",
        kPartBytesMax, kBytesMax >> 20));
  }
  const std::string before = fingerprints_.empty() ? "" : Fingerprint(fingerprints_.size() - 1);
  fingerprints_.push_back(base::HashBytes(before + std::string(identity)));
  texts_.push_back(std::move(text));
  return absl::OkStatus();
}

absl::StatusOr<ExportParts> ExportParts::OfUrls(const Value& value, const Resolve& resolve) {
  ExportParts parts;
  SYNCLINE_RETURN_IF_ERROR(ForEachPart(value, [&](const Value& one) -> absl::Status {
    if (one.kind() != json::Kind::kString) {
      return Refused(fmt::format("A part of the export is no URL: {}",
                                 expression::ToJson(one).substr(0, kPartBytesMax / 64)));
    }
    SYNCLINE_ASSIGN_OR_RETURN(std::string url, resolve(one.text()));
    const std::string identity = url.substr(0, url.find('?'));
    return parts.Add(std::move(url), identity);
  }));
  return parts;
}

absl::StatusOr<ExportParts> ExportParts::OfNames(const Value& value) {
  ExportParts parts;
  SYNCLINE_RETURN_IF_ERROR(ForEachPart(value, [&](const Value& one) -> absl::Status {
    if (one.is_null()) return Refused("A part of the export is null.");
    std::string text = expression::ToJson(one);
    const std::string identity = text;
    return parts.Add(std::move(text), identity);
  }));
  return parts;
}

std::string ExportParts::Fingerprint(std::size_t index) const {
  const base::Hash128& hash = fingerprints_[index];
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

}  // namespace syncline::pull
