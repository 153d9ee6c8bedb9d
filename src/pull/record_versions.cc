#include "pull/record_versions.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <unordered_map>
#include <utility>

namespace syncline::pull {
namespace {

using expression::Value;

// The same bytes for the same definition, whatever the order of its maps.
std::string Canonical(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

std::optional<RecordVersion> VersionOf(const Value& record, const SkipPlan& plan,
                                       const std::string& partition, std::uint64_t salt,
                                       expression::Evaluation& evaluation) {
  Value key = record.Find("id");
  if (plan.key.has_value()) {
    const auto found = plan.key->Evaluate(record, evaluation);
    if (!found.ok()) return std::nullopt;
    key = *found;
  }
  const bool is_name = key.kind() == json::Kind::kString || key.kind() == json::Kind::kNumber;
  if (!is_name || key.text().empty()) return std::nullopt;
  const auto version = plan.version.Evaluate(record, evaluation);
  if (!version.ok() || version->is_null()) return std::nullopt;
  std::string name = partition;
  name.push_back('\0');
  name += key.text();
  return RecordVersion{base::HashBytes(name), base::HashBytes(expression::ToJson(*version), salt)};
}

}  // namespace

std::uint64_t SaltOf(const v1::Integration& integration, std::int64_t mapping_version) {
  v1::Integration relevant = integration;
  relevant.clear_name();
  relevant.clear_display_name();
  relevant.clear_credential();
  relevant.clear_credential_alternative();
  relevant.clear_pagination();
  relevant.clear_limits();
  relevant.clear_create_time();
  relevant.clear_update_time();
  relevant.clear_etag();
  return base::HashBytes(Canonical(relevant), static_cast<std::uint64_t>(mapping_version)).low;
}

std::vector<std::optional<RecordVersion>> VersionsOf(const Value& records, const SkipPlan& plan,
                                                     const std::string& partition,
                                                     std::uint64_t salt, base::Time now) {
  std::vector<std::optional<RecordVersion>> versions;
  std::unordered_map<base::Hash128, std::size_t, base::Hash128Hasher> places;
  expression::Evaluation evaluation(now);
  records.ForEachElement([&](const Value& record) {
    evaluation.Reset();
    versions.push_back(VersionOf(record, plan, partition, salt, evaluation));
    if (!versions.back().has_value()) return;
    const auto [place, is_new] = places.emplace(versions.back()->record, versions.size() - 1);
    if (!is_new) versions[std::exchange(place->second, versions.size() - 1)].reset();
  });
  return versions;
}

}  // namespace syncline::pull
