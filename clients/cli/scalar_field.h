#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace syncline::cli {

// Sets a field of text, number, truth or enum from its text, or adds to it when it is repeated.
// Returns what would be right, or nothing when all is well.
std::string SetScalarField(const std::string& text, const google::protobuf::FieldDescriptor& field,
                           google::protobuf::Message& message);

// "whenEmpty" CLEAR of WHEN_EMPTY_CLEAR: the name of an enum value without the enum's prefix.
std::string ShortEnumName(const google::protobuf::EnumValueDescriptor& value);

}  // namespace syncline::cli
