#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace syncline::paging {

// Checks the parts of a pagination and gathers what is wrong with them. Lives on the stack of one
// validation.
class PaginationCheck {
 public:
  static constexpr std::size_t kNameBytesMax = 255;
  using Names = std::vector<std::string_view>;

  // `names`: what paging expressions see; null = they may start from any name.
  explicit PaginationCheck(const Names* names) : names_(names) {}

  void Add(std::string field, std::string description) {
    violations_.Add(std::move(field), std::move(description));
  }
  // Compiles, and starts from names that are offered.
  void Expression(const std::string& text, const std::string& field);
  // As Expression; "" is fine.
  void OptionalExpression(const std::string& text, const std::string& field);
  void Range(std::int64_t value, std::int64_t least, std::int64_t most, const std::string& field);
  void Parameter(const std::string& name, const std::string& field);
  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  const Names* const names_;
  base::FieldViolations violations_;
};

}  // namespace syncline::paging
