#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "expression/expression.h"
#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// Rules over the last answer say what the next request gets on top of the integration's own.
class AdvancedPaginator final : public Paginator {
 public:
  static constexpr int kRulesMax = 32;
  static constexpr int kPartsMax = 64;  // parameters, headers, values and URLs of all rules
  // Of what the rules add to one request: it becomes part of the checkpoint.
  static constexpr std::size_t kAddedBytesMax = 64 << 10;

  // `spec` must have passed ValidatePagination.
  static absl::StatusOr<std::unique_ptr<AdvancedPaginator>> Make(
      const v1::AdvancedPagination& spec);

  PageRequest RequestFor(const Position& position) const override;
  absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                               const PageFacts& facts) const override;

 private:
  using NamedExpressions = std::vector<std::pair<std::string, expression::Expression>>;
  struct Rule {
    std::optional<expression::Expression> when;  // absent = always
    bool stops = false;
    NamedExpressions query;
    NamedExpressions headers;
    NamedExpressions values;
    std::optional<expression::Expression> url;
  };
  class Application;  // of the rules, to one answer

  std::vector<Rule> rules_;
};

}  // namespace syncline::paging
