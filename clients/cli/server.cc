#include "cli/server.h"

namespace syncline::cli {

MessagePointer NewMessage(const google::protobuf::Descriptor& type) {
  return MessagePointer(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace syncline::cli
