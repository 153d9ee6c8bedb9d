#include "api/update_mask.h"

#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Path = std::vector<const FieldDescriptor*>;

// Empty when the message has no such path.
Path Resolve(const Descriptor* descriptor, std::string_view text) {
  Path path;
  while (true) {
    const std::size_t dot = text.find('.');
    const FieldDescriptor* field =
        descriptor == nullptr ? nullptr
                              : descriptor->FindFieldByName(std::string(text.substr(0, dot)));
    if (field == nullptr) return {};
    path.push_back(field);
    if (dot == std::string_view::npos) return path;
    // Maps and lists are written as a whole: nothing inside them has a path.
    descriptor = field->is_repeated() ? nullptr : field->message_type();
    text = text.substr(dot + 1);
  }
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  return field->is_repeated() ? message.GetReflection()->FieldSize(message, field) > 0
                              : message.GetReflection()->HasField(message, field);
}

// Makes `field` of `to` equal to that of `from`, of the same message type.
void CopyField(const Message& from, const FieldDescriptor* field, Message* to) {
  to->GetReflection()->ClearField(to, field);
  if (!IsSet(from, field)) return;
  const std::unique_ptr<Message> only(from.New());
  only->CopyFrom(from);
  std::vector<const FieldDescriptor*> set;
  only->GetReflection()->ListFields(*only, &set);
  for (const FieldDescriptor* other : set) {
    if (other != field) only->GetReflection()->ClearField(only.get(), other);
  }
  to->MergeFrom(*only);
}

void Write(const Message& from, const Path& path, std::size_t depth, Message* to) {
  const FieldDescriptor* field = path[depth];
  if (depth + 1 == path.size()) return CopyField(from, field, to);
  // Clearing a leaf of a message that is absent would only bring the message to life, and in a
  // oneof throw its sibling out.
  if (!IsSet(from, field) && !IsSet(*to, field)) return;
  Write(from.GetReflection()->GetMessage(from, field), path, depth + 1,
        to->GetReflection()->MutableMessage(to, field));
}

bool SameField(const Message& a, const Message& b, const FieldDescriptor* field) {
  const std::unique_ptr<Message> left(a.New());
  const std::unique_ptr<Message> right(a.New());
  CopyField(a, field, left.get());
  CopyField(b, field, right.get());
  return google::protobuf::util::MessageDifferencer::Equals(*left, *right);
}

std::vector<Path> TopFields(const Message& update, bool populated_only) {
  std::vector<Path> paths;
  const Descriptor* descriptor = update.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (!populated_only || IsSet(update, field)) paths.push_back({field});
  }
  return paths;
}

// Clearing the members of a oneof after one of them was written would undo it.
void DropUnsetSiblings(const Message& update, std::vector<Path>& paths) {
  std::erase_if(paths, [&](const Path& path) {
    const auto* oneof = path.front()->real_containing_oneof();
    return path.size() == 1 && oneof != nullptr && !IsSet(update, path.front()) &&
           update.GetReflection()->HasOneof(update, oneof);
  });
}

}  // namespace

absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask, const Message& update,
                             const UpdateRules& rules, std::string_view resource_field,
                             Message* stored) {
  base::FieldViolations wrong;
  std::vector<Path> paths;
  const bool all = mask.paths_size() == 1 && mask.paths(0) == "*";
  if (mask.paths().empty() || all) paths = TopFields(update, /*populated_only=*/!all);
  for (const std::string& text : mask.paths()) {
    if (all) break;
    Path path = Resolve(update.GetDescriptor(), text);
    if (path.empty()) {
      wrong.Add("updateMask",
                fmt::format("\"{}\" is not a field of {}; name fields as in the contract, maps and "
                            "lists as a whole, or \"*\" alone for everything",
                            text, update.GetDescriptor()->name()));
    } else {
      paths.push_back(std::move(path));
    }
  }
  DropUnsetSiblings(update, paths);
  const std::unique_ptr<Message> result(stored->New());
  result->CopyFrom(*stored);
  for (const Path& path : paths) {
    const std::string& top = path.front()->name();
    if (rules.ignored.contains(top)) continue;
    Write(update, path, 0, result.get());
    if (rules.immutable.contains(top) && !SameField(*result, *stored, path.front())) {
      wrong.Add(fmt::format("{}.{}", resource_field, path.front()->json_name()),
                "cannot be changed after creation; leave it out, or make a new resource");
    }
  }
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  stored->CopyFrom(*result);
  return absl::OkStatus();
}

}  // namespace syncline::api
