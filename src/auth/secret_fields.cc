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
const Message* Entry(const Message* message, const FieldDescriptor* field, int index) {
  return &message->GetReflection()->GetRepeatedMessage(*message, field, index);
}
Message* Entry(Message* message, const FieldDescriptor* field, int index) {
  return message->GetReflection()->MutableRepeatedMessage(message, field, index);
}

std::string KeyOf(const Message& entry) {
  return entry.GetReflection()->GetString(entry, entry.GetDescriptor()->map_key());
}

// Calls f(message, field, place) for every secret text of the messages that are set. A secret field
// is a single string or a map of strings, and messages with secrets stand alone or in maps, never
// in lists, whose order would decide which secret is whose; a test holds the contract to that.
// Definitions nest a few levels deep.
template <typename M, typename F>
void ForEachSecretField(M* message, const SecretField& prefix, const F& f) {
  const Reflection* const reflection = message->GetReflection();
  const auto* const descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* const field = descriptor->field(i);
    const SecretField place{prefix.path + field->name(), prefix.json_path + field->json_name()};
    const bool secret = field->options().GetExtension(v1::secret);
    if (field->is_map()) {
      for (int k = 0; k < reflection->FieldSize(*message, field); ++k) {
        auto* const entry = Entry(message, field, k);
        const FieldDescriptor* const value = entry->GetDescriptor()->map_value();
        const std::string name = "." + KeyOf(*entry);
        const SecretField at{place.path + name, place.json_path + name};
        if (secret) {
          f(entry, value, at);
        } else if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          ForEachSecretField(Child(entry, value), {at.path + ".", at.json_path + "."}, f);
        }
      }
    } else if (secret) {
      f(message, field, place);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated() &&
               reflection->HasField(*message, field)) {
      ForEachSecretField(Child(message, field), {place.path + ".", place.json_path + "."}, f);
    }
  }
}

// The first part of a dotted path; `rest` keeps what is behind it.
std::string_view TakePart(std::string_view& rest) {
  const std::size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return part;
}

const FieldDescriptor* FieldByJsonName(const Message& message, std::string_view name) {
  const auto* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->json_name() == name) return descriptor->field(i);
  }
  return nullptr;
}

const Message* EntryOf(const Message& message, const FieldDescriptor* field, std::string_view key) {
  const Reflection* const reflection = message.GetReflection();
  for (int k = 0; k < reflection->FieldSize(message, field); ++k) {
    const Message& entry = reflection->GetRepeatedMessage(message, field, k);
    if (KeyOf(entry) == key) return &entry;
  }
  return nullptr;
}

// Secret maps whose entries were taken out: what is left of them is names without values.
void ClearSecretMaps(Message* message) {
  const Reflection* const reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* const field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->options().GetExtension(v1::secret)) {
      reflection->ClearField(message, field);
    } else if (field->is_repeated()) {
      for (int k = 0; k < reflection->FieldSize(*message, field); ++k) {
        ClearSecretMaps(Entry(message, field, k));
      }
    } else {
      ClearSecretMaps(Child(message, field));
    }
  }
}

// Cuts the first name off a path: "basic" of "basic.password".
std::string_view TakeName(std::string_view* path) {
  const std::size_t dot = path->find('.');
  const std::string_view name = path->substr(0, dot);
  path->remove_prefix(dot == std::string_view::npos ? path->size() : dot + 1);
  return name;
}

// The message at that key of a map; null when there is none.
const Message* ValueOf(const Message& message, const FieldDescriptor* map, std::string_view key) {
  for (int k = 0; k < message.GetReflection()->FieldSize(message, map); ++k) {
    const Message* const entry = Entry(&message, map, k);
    const FieldDescriptor* const value = entry->GetDescriptor()->map_value();
    if (KeyOf(*entry) != key || value->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    return Child(entry, value);
  }
  return nullptr;
}

}  // namespace

bool HasPlaceFor(const v1::Credential& credential, std::string_view path) {
  const Message* message = &credential;
  while (message != nullptr && !path.empty()) {
    const FieldDescriptor* const field =
        message->GetDescriptor()->FindFieldByName(std::string(TakeName(&path)));
    if (field == nullptr) return false;
    if (field->options().GetExtension(v1::secret)) return field->is_map() != path.empty();
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
    if (field->is_map()) {
      message = ValueOf(*message, field, TakeName(&path));
    } else {
      const bool is_set = message->GetReflection()->HasField(*message, field);
      message = is_set ? Child(message, field) : nullptr;
    }
  }
  return false;
}

std::vector<SecretField> SecretFieldsOf(const v1::Credential& credential) {
  std::vector<SecretField> fields;
  ForEachSecretField(static_cast<const Message*>(&credential), {},
                     [&](const Message*, const FieldDescriptor*, const SecretField& place) {
                       fields.push_back(place);
                     });
  return fields;
}

std::optional<std::string> SecretPathOf(const v1::Credential& credential,
                                        std::string_view json_path) {
  const Message* message = &credential;
  std::string path;
  while (!json_path.empty()) {
    const FieldDescriptor* const field = FieldByJsonName(*message, TakePart(json_path));
    if (field == nullptr) return std::nullopt;
    path += (path.empty() ? "" : ".") + field->name();
    const bool secret = field->options().GetExtension(v1::secret);
    std::string_view key;
    if (field->is_map()) {
      key = TakePart(json_path);
      if (key.empty()) return std::nullopt;
      path += "." + std::string(key);
    }
    if (secret) return json_path.empty() ? std::optional(path) : std::nullopt;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
    if (field->is_map()) {
      const Message* const entry = EntryOf(*message, field, key);
      const FieldDescriptor* const value =
          entry == nullptr ? nullptr : entry->GetDescriptor()->map_value();
      if (value == nullptr || value->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        return std::nullopt;
      }
      message = Child(entry, value);
    } else if (!field->is_repeated() && message->GetReflection()->HasField(*message, field)) {
      message = Child(message, field);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

SecretMap ExtractSecrets(v1::Credential* credential) {
  SecretMap secrets;
  ForEachSecretField(static_cast<Message*>(credential), {},
                     [&](Message* message, const FieldDescriptor* field, const SecretField& place) {
                       const Reflection* const reflection = message->GetReflection();
                       const bool in_map = message->GetDescriptor()->options().map_entry();
                       if (!in_map && !reflection->HasField(*message, field)) return;
                       secrets.emplace(place.path,
                                       secret::Secret(reflection->GetString(*message, field)));
                       reflection->ClearField(message, field);
                     });
  ClearSecretMaps(credential);
  return secrets;
}

}  // namespace syncline::auth
