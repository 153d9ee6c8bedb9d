// The first byte is the status, the first line a JMESPath, the rest the answer of a token endpoint:
// judging it never crashes, and what it yields can be sent and stored. No error repeats the secret.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/oauth2_answer.h"
#include "base/status.h"
#include "json/document.h"

namespace {

using namespace syncline;

constexpr std::string_view kSecret = "hunter2hunter2";

void CheckError(const absl::Status& status) {
  const std::string message = base::MessageOf(status);
  if (message.find(kSecret) != std::string::npos || message.size() > 4096 ||
      !json::IsValidUtf8(message)) {
    std::abort();
  }
  for (const auto& [name, value] : base::MetadataOf(status)) {
    if (value.find(kSecret) != std::string::npos) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr int kStatuses[] = {200, 201, 204, 302, 400, 401, 429, 500};
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = std::min(input.find('\n'), input.size());
  http::Response response{.status = kStatuses[data[0] % std::size(kStatuses)],
                          .body = std::string(input.substr(std::min(end + 1, input.size())))};
  response.headers.Add("Retry-After", std::string(input.substr(0, end)));
  auth::KnownSecrets known;
  known.Add(secret::Secret(std::string(kSecret)));
  auth::TokenAnswerFields fields;
  const std::string_view line = input.substr(0, end);  // of the definition, so messages repeat it
  if (line.find(kSecret) != std::string_view::npos) return 0;
  if (const auto where = expression::Expression::Compile(line); where.ok()) {
    fields.access_token = *where;
    fields.expires_in = *where;
  }
  const auth::OAuth2Answer answer(*http::Url::Parse("https://login.example/"), response, {});
  if (answer.ok()) {
    (void)answer.Text("device_code");
    if (const auto seconds = answer.Seconds("interval"); !seconds.ok()) {
      CheckError(seconds.status());
    }
  } else {
    CheckError(answer.ToError(known));
  }
  for (const auto& where : {auth::TokenAnswerFields(), fields}) {
    const auto tokens = answer.ToTokens(where, known);
    if (!tokens.ok()) {
      CheckError(tokens.status());
      continue;
    }
    const std::string_view token = tokens->access_token.Reveal();
    const bool is_sane = !token.empty() && token.size() <= auth::OAuth2Answer::kTokenBytesMax &&
                         http::IsHeaderValue(token) &&
                         tokens->lifetime.value_or(std::chrono::seconds(1)).count() > 0;
    if (!is_sane) std::abort();
  }
  return 0;
}
