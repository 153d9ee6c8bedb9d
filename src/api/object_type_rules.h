#pragma once

#include "base/status.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::api {

inline constexpr int kFieldCountMax = 500;
inline constexpr std::size_t kDescriptionBytesMax = 1'024;

// Everything that is wrong with a custom object type; adds to `wrong` under "objectType". Pure.
void CheckObjectType(const v1::ObjectType& object_type, base::FieldViolations& wrong);

// What an update may not do to a type whose table may hold objects: remove a field, change its type
// or a constraint, add one that is required. Adds to `wrong`. Pure.
void CheckObjectTypeChange(const v1::ObjectType& stored, const v1::ObjectType& changed,
                           base::FieldViolations& wrong);

}  // namespace syncline::api
