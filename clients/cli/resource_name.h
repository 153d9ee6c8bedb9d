#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/resource_kind.h"

namespace syncline::cli {

// Full name from what a person types: an id ("okta-users"), ids of a nested resource joined by a
// slash ("okta-users/default") or a full name ("workspaces/w/integrations/okta-users").
// INVALID_ARGUMENT says what would be right.
absl::StatusOr<std::string> FullName(const ResourceKind& kind, std::string_view workspace,
                                     std::string_view text);

// What a person would type for a full name: its ids joined by slashes, without the workspace.
std::string ShortName(std::string_view full_name);

// Name of the resource above: "workspaces/w" of "workspaces/w/credentials/c".
std::string ParentOf(std::string_view full_name);

// The last segment.
std::string IdOf(std::string_view full_name);

}  // namespace syncline::cli
