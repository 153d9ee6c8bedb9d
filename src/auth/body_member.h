#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "http/message.h"

namespace syncline::auth {

// Puts a text into the body of a request, in place of what stands there: into the JSON object that
// the body is, as the member that `path` leads to ("auth.key"; objects on the way that are absent
// are made), or into the form that it is, as the field named `path`. INVALID_ARGUMENT, which says
// what to change, for a request without a body, for one of another shape, and for a path that leads
// through something else than an object.
absl::Status SetBodyMember(std::string_view path, std::string_view text, http::Request* request);

}  // namespace syncline::auth
