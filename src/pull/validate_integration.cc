#include "pull/validate_integration.h"

#include <fmt/format.h>

#include "base/status.h"
#include "expression/expression.h"
#include "paging/make_paginator.h"
#include "pull/limits.h"
#include "pull/request_template.h"
#include "pull/unbuilt_fields.h"

namespace syncline::pull {
namespace {

constexpr std::size_t kDisplayNameBytesMax = 255;

}  // namespace

absl::Status ValidateIntegration(const v1::Integration& integration) {
  base::FieldViolations violations;
  if (integration.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  CheckUnbuilt(integration, &violations);
  violations.AddStatus("", RequestTemplate::Compile(integration).status());
  if (integration.has_pagination()) {
    violations.AddStatus("pagination", paging::ValidatePagination(integration.pagination()));
  }
  if (!integration.records().empty()) {
    const auto records = expression::Expression::Compile(integration.records());
    if (!records.ok()) violations.Add("records", base::MessageOf(records.status()));
  }
  CheckLimits(integration.limits(), &violations);
  return violations.ToStatus();
}

}  // namespace syncline::pull
