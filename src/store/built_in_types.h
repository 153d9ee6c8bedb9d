#pragma once

#include <map>
#include <string>
#include <string_view>

#include "syncline/v1/object_type.pb.h"

namespace syncline::store {

// The object types that every workspace has, by id: asset, user, location, department, software and
// contract. They are part of the server, not rows; their tables are made when first used. Immutable
// after the first call; safe for concurrent use.
const std::map<std::string, v1::ObjectType>& BuiltInTypes();

// nullptr when `id` names no built-in type.
const v1::ObjectType* FindBuiltInType(std::string_view id);

}  // namespace syncline::store
