#include "tests/cli/fake_server.h"

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Text(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

void SetText(Message& message, const std::string& name, const std::string& value) {
  message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName(name),
                                     value);
}

// The field of a Create or Update request that holds the resource: the first that is a message.
const Message& Resource(const Message& request) {
  const auto& type = *request.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return request.GetReflection()->GetMessage(request, type.field(i));
    }
  }
  return request;
}

class FakeStream final : public cli::AnswerStream {
 public:
  explicit FakeStream(ScriptedStream script) : script_(std::move(script)) {}
  Outcome Next(std::chrono::milliseconds, Message& answer) override {
    if (at_ == script_.answers.size()) return Outcome::kEnd;
    answer.CopyFrom(script_.answers[at_++]);
    return Outcome::kAnswer;
  }
  absl::Status Finish() override { return script_.end; }

 private:
  ScriptedStream script_;
  std::size_t at_ = 0;
};

}  // namespace

absl::StatusOr<cli::MessagePointer> FakeServer::Call(
    const google::protobuf::MethodDescriptor& method, const Message& request) {
  const std::string& name = method.name();
  if (name.rfind("Get", 0) != 0) calls.push_back(name);
  if (auto refusal = refusals.find(name); refusal != refusals.end()) return refusal->second;
  cli::MessagePointer answer = cli::NewMessage(*method.output_type());
  if (name.rfind("Get", 0) == 0 || name.rfind("Delete", 0) == 0) {
    const auto found = resources.find(Text(request, "name"));
    if (found == resources.end()) return base::Error(base::Reason::kNotFound, "no such resource");
    if (name.rfind("Get", 0) == 0) answer->CopyFrom(*found->second);
    return answer;
  }
  if (name.rfind("Create", 0) != 0 && name.rfind("Update", 0) != 0) return answer;
  answer->CopyFrom(Resource(request));
  SetText(*answer, "etag", fmt::format("etag-{}", calls.size()));
  const auto* flag = request.GetDescriptor()->FindFieldByName("validate_only");
  if (request.GetReflection()->GetBool(request, flag)) return answer;
  cli::MessagePointer& stored = resources[Text(*answer, "name")];
  stored.reset(answer->New());
  stored->CopyFrom(*answer);
  return answer;
}

std::unique_ptr<cli::AnswerStream> FakeServer::Open(const google::protobuf::MethodDescriptor&,
                                                    const Message& request) {
  resumed_after.push_back(dynamic_cast<const v1::WatchRunRequest&>(request).after_sequence());
  if (streams.empty()) {
    return std::make_unique<FakeStream>(
        ScriptedStream{{}, absl::UnavailableError("connection refused")});
  }
  ScriptedStream next = std::move(streams.front());
  streams.pop_front();
  return std::make_unique<FakeStream>(std::move(next));
}

}  // namespace syncline::test
