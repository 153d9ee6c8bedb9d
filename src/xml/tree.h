#pragma once

#include <pugixml.hpp>
#include <string_view>

#include "absl/status/status.h"
#include "base/reason.h"
#include "xml/document.h"

namespace syncline::xml {

// Parses into `tree`. RESPONSE_TOO_LARGE past a limit; `not_xml`, with the metadata offset where it
// is known, for what is not XML or has a document type. Private to this folder.
absl::Status LoadTree(std::string_view text, const ParseLimits& limits, base::Reason not_xml,
                      pugi::xml_document* tree);

// The name without the prefix of its name space.
std::string_view LocalName(std::string_view name);

}  // namespace syncline::xml
