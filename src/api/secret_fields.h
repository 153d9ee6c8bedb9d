#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace syncline::api {

// Clears every field marked `(secret)`, at any depth, and returns the paths of those that were set,
// sorted by field number. By reflection, so that a new secret field is covered by its proto alone.
std::vector<std::string> TakeSecretsOut(google::protobuf::Message* message);

}  // namespace syncline::api
