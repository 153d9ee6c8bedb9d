#include "api/page_token.h"

#include <algorithm>
#include <memory>

#include "api/mutation.h"
#include "base/hash.h"
#include "fmt/format.h"

namespace syncline::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& request, const char* name) {
  return request.GetDescriptor()->FindFieldByName(name);
}

// What the token is bound to; part of what is signed.
std::string ContextOf(const Message& request) {
  const std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    copy->GetReflection()->ClearField(copy.get(), FieldOf(request, name));
  }
  const base::Hash128 digest =
      base::HashBytes(RequestFingerprint(request.GetDescriptor()->full_name(), *copy));
  return fmt::format("page_token/{:016x}{:016x}", digest.high, digest.low);
}

}  // namespace

absl::StatusOr<PageRequest> PageTokens::Open(const Message& request) const {
  const google::protobuf::Reflection* reflection = request.GetReflection();
  PageRequest page;
  const int size = reflection->GetInt32(request, FieldOf(request, "page_size"));
  if (size < 0) {
    return base::InvalidFields(
        {{"pageSize", fmt::format("must not be negative; 0 = {}", kPageSizeDefault)}});
  }
  if (size > 0) page.size = std::min(size, kPageSizeMax);
  const std::string token = reflection->GetString(request, FieldOf(request, "page_token"));
  if (token.empty()) return page;
  absl::StatusOr<std::string> after = sealer_.Open(token, ContextOf(request));
  if (!after.ok()) {
    return base::Error(base::Reason::kPageTokenInvalid,
                       "the page token is not of this request; send next_page_token of the answer "
                       "before with the other fields unchanged, or begin without a token");
  }
  page.after = *std::move(after);
  return page;
}

std::string PageTokens::Next(const Message& request, std::string_view after) const {
  return sealer_.Seal(after, ContextOf(request));
}

}  // namespace syncline::api
