#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "syncline/v1/credential.pb.h"
#include "syncline/v1/options.pb.h"

namespace syncline::api {

// A field marked (secret) somewhere below v1::Credential: how one gets there.
struct SecretPlace {
  std::vector<const google::protobuf::FieldDescriptor*> path;
  // "oauth2.refresh_token.refresh_token"; "alternatives.backup.basic.password".
  std::string text;
};

// Names that the test gives to entries of maps on the way.
inline constexpr const char* kMapKey = "backup";
// Messages nest this deep at most; the contract's do not recurse.
inline constexpr std::size_t kPlaceDepthMax = 8;

// Every secret field, by reflection: a new one is found without anyone remembering it.
inline void FindSecretPlaces(const google::protobuf::Descriptor& type, const SecretPlace& at,
                             std::vector<SecretPlace>* places) {
  using google::protobuf::FieldDescriptor;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* const field = type.field(i);
    SecretPlace place = at;
    place.path.push_back(field);
    place.text += (at.text.empty() ? "" : ".") + field->name();
    const FieldDescriptor* const value =
        field->is_map() ? field->message_type()->map_value() : field;
    if (field->is_map()) place.text += std::string(".") + kMapKey;
    if (field->options().GetExtension(v1::secret)) {
      places->push_back(place);
    } else if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               (field->is_map() || !field->is_repeated()) &&
               value->message_type()->file()->package() == "syncline.v1" &&
               place.path.size() < kPlaceDepthMax) {
      FindSecretPlaces(*value->message_type(), place, places);
    }
  }
}

// Sets the field to `secret`, with the messages and the map entries on the way.
inline void SetSecret(google::protobuf::Message* message, const SecretPlace& place,
                      const std::string& secret) {
  using google::protobuf::FieldDescriptor;
  using google::protobuf::Message;
  for (const FieldDescriptor* const field : place.path) {
    const auto* const reflection = message->GetReflection();
    if (!field->is_map()) {
      if (field == place.path.back()) {
        reflection->SetString(message, field, secret);
      } else {
        message = reflection->MutableMessage(message, field);
      }
      continue;
    }
    Message* entry = nullptr;
    const FieldDescriptor* const key = field->message_type()->map_key();
    for (int k = 0; k < reflection->FieldSize(*message, field); ++k) {
      Message* const other = reflection->MutableRepeatedMessage(message, field, k);
      if (other->GetReflection()->GetString(*other, key) == kMapKey) entry = other;
    }
    if (entry == nullptr) {
      entry = reflection->AddMessage(message, field);
      entry->GetReflection()->SetString(entry, key, kMapKey);
    }
    const FieldDescriptor* const value = field->message_type()->map_value();
    if (field == place.path.back()) {
      entry->GetReflection()->SetString(entry, value, secret);
    } else {
      message = entry->GetReflection()->MutableMessage(entry, value);
    }
  }
}

}  // namespace syncline::api
