#include "auth/secret_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "syncline/v1/options.pb.h"

namespace syncline::auth {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const Message* Child(const Message* message, const FieldDescriptor* field) {
  return &message->GetReflection()->GetMessage(*message, field);
}
Message* Child(Message* message, const FieldDescriptor* field) {
  return message->GetReflection()->MutableMessage(message, field);
}

// Calls f(message, field, path) for every secret field of the messages that are set. Secret fields
// are single strings; a test holds the contract to that. Definitions nest a few levels deep.
template <typename M, typename F>
void ForEachSecretField(M* message, const std::string& prefix, const F& f) {
  const Reflection* const reflection = message->GetReflection();
  const auto* const descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* const field = descriptor->field(i);
    const std::string path = prefix + field->name();
    if (field->options().GetExtension(v1::secret)) {
      f(message, field, path);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated() &&
               reflection->HasField(*message, field)) {
      ForEachSecretField(Child(message, field), path + ".", f);
    }
  }
}

}  // namespace

std::vector<std::string> SecretFieldsOf(const v1::Credential& credential) {
  std::vector<std::string> paths;
  ForEachSecretField(static_cast<const Message*>(&credential), "",
                     [&](const Message*, const FieldDescriptor*, const std::string& path) {
                       paths.push_back(path);
                     });
  return paths;
}

SecretMap ExtractSecrets(v1::Credential* credential) {
  SecretMap secrets;
  ForEachSecretField(static_cast<Message*>(credential), "",
                     [&](Message* message, const FieldDescriptor* field, const std::string& path) {
                       const Reflection* const reflection = message->GetReflection();
                       if (!reflection->HasField(*message, field)) return;
                       secrets.emplace(path,
                                       secret::Secret(reflection->GetString(*message, field)));
                       reflection->ClearField(message, field);
                     });
  return secrets;
}

}  // namespace syncline::auth
