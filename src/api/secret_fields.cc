#include "api/secret_fields.h"

#include "fmt/format.h"
#include "syncline/v1/options.pb.h"

namespace syncline::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void TakeOut(const std::string& prefix, Message* message, std::vector<std::string>& paths) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = fmt::format("{}{}", prefix, field->name());
    if (field->options().GetExtension(v1::secret)) {
      paths.push_back(path);
      reflection->ClearField(message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      TakeOut(path + ".", reflection->MutableMessage(message, field), paths);
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        TakeOut(fmt::format("{}[{}].", path, i),
                reflection->MutableRepeatedMessage(message, field, i), paths);
      }
    }
  }
}

}  // namespace

std::vector<std::string> TakeSecretsOut(Message* message) {
  std::vector<std::string> paths;
  TakeOut("", message, paths);
  return paths;
}

}  // namespace syncline::api
