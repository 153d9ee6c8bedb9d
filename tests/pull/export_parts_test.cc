#include "pull/export_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

absl::StatusOr<ExportParts> NamesOf(const std::string& json) {
  const auto document = *json::Document::Parse(json);
  return ExportParts::OfNames(expression::Value(document->root()));
}

absl::StatusOr<ExportParts> UrlsOf(const std::string& json) {
  const auto document = *json::Document::Parse(json);
  return ExportParts::OfUrls(
      expression::Value(document->root()),
      [](std::string_view link) -> absl::StatusOr<std::string> { return std::string(link); });
}

std::string ListOf(std::size_t count) {
  std::string list = "[0";
  for (std::size_t i = 1; i < count; ++i) list += "," + std::to_string(i);
  return list + "]";
}

TEST(ExportPartsTest, AreValuesOfAnyKind) {
  const auto parts = NamesOf(R"([1,"1",{"file":"x","rows":2},1.50])");
  ASSERT_TRUE(parts.ok());
  ASSERT_EQ(parts->size(), 4U);
  EXPECT_EQ(parts->text(0), "1");
  EXPECT_EQ(parts->text(1), "\"1\"");
  EXPECT_EQ(parts->text(2), R"({"file":"x","rows":2})");
  EXPECT_EQ(parts->text(3), "1.50");
  EXPECT_EQ(NamesOf("\"only\"")->size(), 1U);
  EXPECT_EQ(NamesOf("[]")->size(), 0U);
  EXPECT_EQ(ExportParts::Single().size(), 1U);
}

TEST(ExportPartsTest, AreBoundedInNumber) {
  EXPECT_EQ(NamesOf(ListOf(ExportParts::kCountMax))->size(), ExportParts::kCountMax);
  const auto more = NamesOf(ListOf(ExportParts::kCountMax + 1));
  EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kExportJobFailed);
}

TEST(ExportPartsTest, AreBoundedInBytes) {
  const auto part_of = [](std::size_t bytes) { return "\"" + std::string(bytes - 2, 'x') + "\""; };
  EXPECT_TRUE(NamesOf(part_of(ExportParts::kPartBytesMax)).ok());
  EXPECT_FALSE(NamesOf(part_of(ExportParts::kPartBytesMax + 1)).ok());
  // Parts of 8 KiB, each of its own: as many as fit, and one more.
  const std::size_t fit = ExportParts::kBytesMax / ExportParts::kPartBytesMax;
  std::string list;
  for (std::size_t i = 0; i <= fit; ++i) {
    std::string part = std::to_string(i);
    part.resize(ExportParts::kPartBytesMax - 2, 'x');
    list += (list.empty() ? "[\"" : ",\"") + part + "\"";
    if (i + 1 < fit) continue;
    EXPECT_EQ(NamesOf(list + "]").ok(), i + 1 == fit);
  }
}

TEST(ExportPartsTest, TheFingerprintIsOfAllPartsSoFar) {
  const auto before = NamesOf("[1,2,3]");
  const auto after = NamesOf("[2,1,3,4]");
  EXPECT_EQ(before->Fingerprint(1), NamesOf("[1,2]")->Fingerprint(1));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(before->Fingerprint(i), after->Fingerprint(i)) << i;
}

TEST(ExportPartsTest, ASignatureInTheQueryIsNoOtherPart) {
  const auto before = UrlsOf(R"(["https://f.example/1?sig=a","https://f.example/2?sig=a"])");
  const auto after = UrlsOf(R"(["https://f.example/1?sig=b","https://f.example/2?sig=b"])");
  EXPECT_EQ(before->Fingerprint(1), after->Fingerprint(1));
  EXPECT_NE(before->Fingerprint(0), before->Fingerprint(1));
  EXPECT_EQ(UrlsOf(R"(["https://f.example/x?part=1","https://f.example/x?part=2"])")->size(), 2U);
}

TEST(ExportPartsTest, AUrlIsAText) {
  EXPECT_EQ(base::ReasonOf(UrlsOf("[7]").status()), base::Reason::kExportJobFailed);
}

}  // namespace
}  // namespace syncline::pull
