#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace syncline::cli {

// True for fields that only the server sets ("Output only." in the contract): they may not be
// written in a definition and do not count when two definitions are compared.
bool IsOutputOnly(const google::protobuf::FieldDescriptor& field);

// Clears them, at the top of a resource, and its etag, which is no part of what it says.
void ClearOutputOnly(google::protobuf::Message& resource);

}  // namespace syncline::cli
