#include "api/mutation.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <optional>
#include <vector>

#include "api/secret_fields.h"
#include "base/hash.h"
#include "base/status.h"
#include "fmt/format.h"
#include "model/resource_name.h"
#include "store/request_log_store.h"

namespace syncline::api {
namespace {

using base::Reason;
using google::protobuf::Message;

std::string DeterministicBytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// One request with its id, looked up before and stored after the change.
class LoggedRequest {
 public:
  LoggedRequest(const Mutation& mutation, const Message& request)
      : mutation_(mutation), hash_(base::HashBytes(RequestFingerprint(mutation.method, request))) {}

  bool wanted() const { return !mutation_.request_id.empty() && !mutation_.validate_only; }

  // True when `response` was filled with the answer of an earlier try.
  absl::StatusOr<bool> Replay(store::Transaction& transaction, Message* response) const {
    if (!wanted()) return false;
    SYNCLINE_ASSIGN_OR_RETURN(
        const std::optional<store::RequestLogRow> row,
        store::FindRequest(transaction, mutation_.workspace, mutation_.request_id));
    if (!row.has_value()) return false;
    if (row->method != mutation_.method || row->request_hash != hash_) {
      return base::Error(Reason::kRequestIdReused,
                         "the request_id was used for a different request within 24 hours; every "
                         "new request needs a new one",
                         {{"request_id", mutation_.request_id}});
    }
    if (!response->ParseFromString(row->response)) {
      return base::Error(Reason::kInternal, "a stored answer does not parse");
    }
    return true;
  }

  absl::Status Store(store::Transaction& transaction, const Message& response) const {
    if (!wanted()) return absl::OkStatus();
    return store::InsertRequest(transaction, mutation_.workspace, mutation_.request_id,
                                {.method = std::string(mutation_.method),
                                 .request_hash = hash_,
                                 .response = response.SerializeAsString()});
  }

 private:
  const Mutation& mutation_;
  const base::Hash128 hash_;
};

}  // namespace

std::string RequestFingerprint(std::string_view method, const Message& request) {
  const std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  std::string fingerprint = fmt::format("{}\n", method);
  for (const std::string& path : TakeSecretsOut(copy.get())) fingerprint += path + "\n";
  if (const auto* id = copy->GetDescriptor()->FindFieldByName("request_id"); id != nullptr) {
    copy->GetReflection()->ClearField(copy.get(), id);
  }
  return fingerprint + DeterministicBytes(*copy);
}

absl::Status RunMutation(store::Database& database, const Mutation& mutation,
                         const Message& request,
                         const std::function<absl::Status(store::Transaction&)>& work,
                         Message* response) {
  if (!mutation.request_id.empty() && !model::IsUuid(mutation.request_id)) {
    return base::InvalidFields({{"requestId",
                                 "must be a UUID in lower case, 8-4-4-4-12 hexadecimal "
                                 "digits, or absent"}});
  }
  const LoggedRequest logged(mutation, request);
  bool validated = false;
  absl::Status status = database.RunTransaction([&](store::Transaction& transaction) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool replayed, logged.Replay(transaction, response));
    if (replayed) return absl::OkStatus();
    SYNCLINE_RETURN_IF_ERROR(work(transaction));
    if (mutation.validate_only) {
      validated = true;  // any error makes the transaction roll back
      return base::Error(Reason::kCancelled, "validated");
    }
    return logged.Store(transaction, *response);
  });
  if (validated) return absl::OkStatus();
  if (status.ok() || !logged.wanted()) return status;
  // An earlier try of the same request may have won a race against this one ("exists already"), or
  // have committed while its connection broke: then its answer is the answer.
  const absl::Status looked = database.RunTransaction([&](store::Transaction& transaction) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool replayed, logged.Replay(transaction, response));
    return replayed ? absl::OkStatus() : status;
  });
  return looked.ok() ? looked : status;
}

}  // namespace syncline::api
