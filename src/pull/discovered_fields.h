#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "expression/value.h"

namespace syncline::pull {

// A value that records have.
struct DiscoveredField {
  std::set<std::string> types;  // "string", "number", "boolean", "object", "array", "null"
  std::vector<std::string> samples;
  std::int64_t record_count = 0;  // of records where it is not null
};

// Looks at records one by one and says what they hold, down through objects and the first element
// of lists. What it keeps is bounded (I7). One thread.
class DiscoveredFields {
 public:
  static constexpr std::size_t kFieldsMax = 500;
  static constexpr std::size_t kSamplesMax = 3;
  static constexpr std::size_t kSampleBytesMax = 200;
  static constexpr int kDepthMax = 8;

  void Add(const expression::Value& record);
  // By the JMESPath over a record.
  const std::map<std::string, DiscoveredField>& all() const { return fields_; }

 private:
  void AddAt(const std::string& path, const expression::Value& value, int depth);

  std::map<std::string, DiscoveredField> fields_;
};

}  // namespace syncline::pull
