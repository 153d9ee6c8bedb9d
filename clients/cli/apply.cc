#include "cli/apply.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include <set>

#include "base/status.h"
#include "cli/error_text.h"
#include "cli/output_only.h"
#include "cli/resource_client.h"
#include "cli/resource_name.h"
#include "fmt/format.h"
#include "syncline/v1/options.pb.h"

namespace syncline::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

std::string TextField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

// Whether any secret is set in the message or below it.
bool CarriesSecret(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->options().GetExtension(v1::secret)) return true;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto* const reflection = message.GetReflection();
    if (!field->is_repeated()) {
      if (CarriesSecret(reflection->GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {  // maps, too
      if (CarriesSecret(reflection->GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

bool SaysTheSame(const Message& a, const Message& b) {
  std::unique_ptr<Message> left(a.New());
  std::unique_ptr<Message> right(b.New());
  left->CopyFrom(a);
  right->CopyFrom(b);
  ClearOutputOnly(*left);
  ClearOutputOnly(*right);
  return MessageDifferencer::Equals(*left, *right);
}

class Application {
 public:
  Application(Session& session, bool dry_run) : session_(session), dry_run_(dry_run) {}

  void One(const Definition& definition) {
    if (const std::string blocker = Blocker(definition, failed_); !blocker.empty()) {
      failed_.insert(definition.name);
      Say(definition, fmt::format("skipped: {} failed", blocker));
      return;
    }
    if (const std::string blocker = Blocker(definition, pending_); dry_run_ && !blocker.empty()) {
      pending_.insert(definition.name);
      Say(definition,
          fmt::format("would be created; the server can check it once {} exists", blocker));
      return;
    }
    const absl::StatusOr<std::string> outcome = Write(definition);
    if (outcome.ok()) {
      Say(definition, *outcome);
      return;
    }
    failed_.insert(definition.name);
    Say(definition, "failed");
    Remember(definition, outcome.status());
  }

  absl::Status Result() const {
    if (violations_.empty()) return first_error_;
    if (!first_error_.ok()) session_.err << ErrorText(first_error_);
    return violations_.ToStatus();
  }

 private:
  absl::StatusOr<std::string> Write(const Definition& definition) {
    const auto current = GetResource(session_.server, *definition.kind, definition.name);
    if (current.ok()) return Update(definition, **current);
    if (!absl::IsNotFound(current.status()) || definition.kind->singleton) return current.status();
    SYNCLINE_RETURN_IF_ERROR(
        CreateResource(session_.server, *definition.kind, *definition.message, dry_run_).status());
    if (dry_run_) pending_.insert(definition.name);
    return std::string(dry_run_ ? "would be created" : "created");
  }

  absl::StatusOr<std::string> Update(const Definition& definition, const Message& current) {
    const bool secret = CarriesSecret(*definition.message);
    if (!secret && SaysTheSame(*definition.message, current)) return "unchanged";
    std::unique_ptr<Message> wanted(definition.message->New());
    wanted->CopyFrom(*definition.message);
    if (TextField(*wanted, "etag").empty()) SetText(*wanted, "etag", TextField(current, "etag"));
    SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer updated,
                              UpdateResource(session_.server, *definition.kind, *wanted, dry_run_));
    // The server may spell a definition in its own way; what counts is what it holds now.
    const bool same = SaysTheSame(*updated, current);
    if (same && !secret) return "unchanged";
    if (same && TextField(*updated, "etag") == TextField(current, "etag") && !dry_run_) {
      return "unchanged";
    }
    if (dry_run_) return same ? "unchanged, its secret would be stored again" : "would be updated";
    return same ? "unchanged, its secret stored again" : "updated";
  }

  // The resource of `set` that the definition belongs to or refers to; empty when there is none.
  std::string Blocker(const Definition& definition, const std::set<std::string>& set) const {
    const std::string workspace =
        definition.name.substr(0, definition.name.find('/', std::string("workspaces/").size()));
    std::vector<std::string> needed{workspace, ParentOf(definition.name)};
    if (definition.kind->message == "Integration") {
      needed.push_back(workspace + "/objectTypes/" + TextField(*definition.message, "object_type"));
      needed.push_back(workspace + "/credentials/" + TextField(*definition.message, "credential"));
    }
    for (const std::string& name : needed) {
      if (name != definition.name && set.contains(name)) return ShortName(name);
    }
    return "";
  }

  void Say(const Definition& definition, const std::string& what) {
    session_.out << fmt::format("{} {}: {}\n", definition.kind->singular,
                                ShortName(definition.name), what);
  }

  void Remember(const Definition& definition, const absl::Status& error) {
    const auto violations = base::FieldViolationsOf(error);
    for (const auto& violation : violations) {
      violations_.Add(LabelOf(definition, violation.field), violation.description);
    }
    if (!violations.empty()) return;
    if (first_error_.ok()) {
      first_error_ = error;
    } else {
      session_.err << ErrorText(error);
    }
  }

  Session& session_;
  const bool dry_run_;
  std::set<std::string> failed_;
  std::set<std::string> pending_;  // a dry run would create these
  base::FieldViolations violations_;
  absl::Status first_error_;
};

}  // namespace

absl::Status Apply(Session& session, const std::vector<Definition>& definitions, bool dry_run) {
  Application application(session, dry_run);
  for (const Definition& definition : definitions) application.One(definition);
  return application.Result();
}

}  // namespace syncline::cli
