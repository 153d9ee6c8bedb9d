#include "pull/discovered_fields.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace syncline::pull {
namespace {

using testing::ElementsAre;

void Add(const std::string& json, DiscoveredFields* fields) {
  const auto document = json::Document::Parse(json);
  ASSERT_TRUE(document.ok());
  fields->Add(expression::Value((*document)->root()));
}

TEST(DiscoveredFieldsTest, SaysWhatRecordsHold) {
  DiscoveredFields fields;
  Add(R"({"id":1,"name":"a","tags":["x"],"home":{"city":"Graz"},"mails":[{"to":"a@b"}]})", &fields);
  Add(R"({"id":"2","name":null,"odd name":true})", &fields);
  std::vector<std::string> told;
  for (const auto& [path, field] : fields.all()) {
    told.push_back(fmt::format("{} {} {} {}", path, fmt::join(field.types, "|"), field.record_count,
                               fmt::join(field.samples, " ")));
  }
  EXPECT_THAT(told,
              ElementsAre("\"odd name\" boolean 1 true", "home object 1 {\"city\":\"Graz\"}",
                          "home.city string 1 \"Graz\"", "id number|string 2 1 \"2\"",
                          "mails array 1 [{\"to\":\"a@b\"}]", "mails[0] object 1 {\"to\":\"a@b\"}",
                          "mails[0].to string 1 \"a@b\"", "name null|string 1 \"a\"",
                          "tags array 1 [\"x\"]"));
}

TEST(DiscoveredFieldsTest, IsBounded) {
  DiscoveredFields fields;
  for (std::size_t i = 0; i < DiscoveredFields::kFieldsMax + 5; ++i) {
    Add(fmt::format(R"({{"f{}":"{}"}})", i, std::string(1'000, 'x')), &fields);
  }
  EXPECT_EQ(fields.all().size(), DiscoveredFields::kFieldsMax);
  EXPECT_LE(fields.all().at("f0").samples.at(0).size(), DiscoveredFields::kSampleBytesMax);
  for (int i = 0; i < 10; ++i) Add(fmt::format(R"({{"f0":{}}})", i), &fields);
  EXPECT_EQ(fields.all().at("f0").samples.size(), DiscoveredFields::kSamplesMax);
  EXPECT_EQ(fields.all().at("f0").record_count, 11);
  std::string deep = "1";
  for (int i = 0; i < DiscoveredFields::kDepthMax + 5; ++i) deep = R"({"d":)" + deep + "}";
  DiscoveredFields of_deep;
  Add(deep, &of_deep);
  EXPECT_EQ(of_deep.all().size(), static_cast<std::size_t>(DiscoveredFields::kDepthMax));
}

}  // namespace
}  // namespace syncline::pull
