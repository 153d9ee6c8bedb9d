#include "api/secret_fields.h"

#include <algorithm>

#include "fmt/format.h"
#include "syncline/v1/options.pb.h"

namespace syncline::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of a map of secrets, which there are.
void AddKeys(const std::string& path, const Message& message, const FieldDescriptor& field,
             std::vector<std::string>& paths) {
  const auto* const reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, &field, i);
    paths.push_back(fmt::format(
        "{}[{}]", path, entry.GetReflection()->GetString(entry, entry.GetDescriptor()->map_key())));
  }
}

void TakeOut(const std::string& prefix, Message* message, std::vector<std::string>& paths) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = fmt::format("{}{}", prefix, field->name());
    if (field->options().GetExtension(v1::secret)) {
      paths.push_back(path);
      if (field->is_map()) AddKeys(path, *message, *field, paths);
      reflection->ClearField(message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      TakeOut(path + ".", reflection->MutableMessage(message, field), paths);
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        Message* const element = reflection->MutableRepeatedMessage(message, field, i);
        // The order of a map's entries is no part of the message.
        const std::string at = field->is_map() ? element->GetReflection()->GetString(
                                                     *element, element->GetDescriptor()->map_key())
                                               : std::to_string(i);
        TakeOut(fmt::format("{}[{}].", path, at), element, paths);
      }
    }
  }
}

}  // namespace

std::vector<std::string> TakeSecretsOut(Message* message) {
  std::vector<std::string> paths;
  TakeOut("", message, paths);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace syncline::api
