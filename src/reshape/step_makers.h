#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "reshape/step.h"
#include "syncline/v1/record_step.pb.h"

// One maker per kind of step, each in a file of its own. They add a violation for every mistake,
// named by the fields of the step, and then may return null.
namespace syncline::reshape {

using Made = std::unique_ptr<const Step>;

// `names`: what is in scope beside `record`.
Made MakeFilter(const std::string& text, std::span<const std::string_view> names,
                base::FieldViolations* violations);
Made MakeEntriesToRows(const v1::EntriesToRows& spec);
Made MakeWrapScalar(const v1::WrapScalar& spec);
Made MakeHeaderRow();
Made MakeZip(const v1::Zip& spec, base::FieldViolations* violations);
Made MakeExplode(const v1::Explode& spec, base::FieldViolations* violations);
Made MakeJoinIncluded(const v1::JoinIncluded& spec, base::FieldViolations* violations);
Made MakeConcatenate(const v1::Concatenate& spec, base::FieldViolations* violations);

}  // namespace syncline::reshape
