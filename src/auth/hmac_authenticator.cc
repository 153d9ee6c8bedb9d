#include "auth/hmac_authenticator.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "auth/signed_request_scope.h"
#include "base/status.h"
#include "http/date.h"

namespace syncline::auth {
namespace {

using Spec = v1::HmacAuthentication;

const request::NamesInScope kSignedNames = {"request", "timestamp", "nonce", "vars"};
const request::NamesInScope kSentNames = {"request", "timestamp", "nonce", "vars", "signature"};

std::string TimestampOf(base::Time now, Spec::TimeFormat format) {
  using std::chrono::duration_cast;
  switch (format) {
    case Spec::TIME_FORMAT_UNIX_MILLISECONDS:
      return std::to_string(
          duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    case Spec::TIME_FORMAT_RFC3339:
      return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                         fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
    case Spec::TIME_FORMAT_HTTP_DATE: return http::FormatHttpDate(now);
    default:
      return std::to_string(duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  }
}

std::string Encode(std::string_view bytes, Spec::Encoding encoding) {
  switch (encoding) {
    case Spec::ENCODING_BASE64: return secret::EncodeBase64(bytes);
    case Spec::ENCODING_BASE64URL: return secret::EncodeBase64Url(bytes);
    default: return secret::EncodeHex(bytes);
  }
}

secret::HashAlgorithm AlgorithmOf(Spec::Algorithm algorithm) {
  switch (algorithm) {
    case Spec::ALGORITHM_SHA1: return secret::HashAlgorithm::kSha1;
    case Spec::ALGORITHM_SHA512: return secret::HashAlgorithm::kSha512;
    default: return secret::HashAlgorithm::kSha256;
  }
}

}  // namespace

absl::StatusOr<HmacPlan> HmacPlan::Compile(const Spec& spec) {
  base::FieldViolations violations;
  HmacPlan plan;
  plan.vars = request::Sorted(spec.vars());
  request::CheckVars(plan.vars, &violations);
  plan.algorithm = AlgorithmOf(spec.algorithm());
  plan.encoding = spec.encoding();
  plan.time_format = spec.time_format();
  if (spec.string_to_sign().empty()) {
    violations.Add("stringToSign",
                   "is required: what is hashed, e.g. \"{{timestamp}}{{request.path}}\"");
  } else {
    plan.string_to_sign =
        request::CompileTemplate(spec.string_to_sign(), "stringToSign", kSignedNames, &violations);
  }
  plan.headers =
      request::TextTemplates::Compile(request::Sorted(spec.headers()), "headers", kSentNames,
                                      &request::HeaderNameMistake, &violations);
  plan.query = request::TextTemplates::Compile(request::Sorted(spec.query()), "query", kSentNames,
                                               &request::ParameterNameMistake, &violations);
  for (const auto& [name, text] : spec.query()) plan.query_names.push_back(name);
  if (plan.headers.empty() && plan.query.empty()) {
    violations.Add("headers",
                   "set headers or query: where the signature goes, e.g. X-Signature to "
                   "\"{{signature}}\"");
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  const http::Request example = ExampleRequest();
  SignedRequestScope scope(example, plan.vars);
  for (const char* const name : {"timestamp", "nonce", "signature"}) scope.Set(name, "1");
  expression::Evaluation evaluation;
  request::TextTemplates::Problems problems;
  const auto text =
      plan.string_to_sign->Render(scope.value(), evaluation, expression::Template::Null::kFails);
  if (!text.ok()) problems.emplace_back("stringToSign", text.status());
  for (const auto* part : {&plan.headers, &plan.query}) {
    static_cast<void>(part->Render(scope.value(), evaluation, &problems));
  }
  for (const auto& [field, status] : problems) violations.Add(field, base::MessageOf(status));
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return plan;
}

std::optional<secret::Secret> DecodeKey(Spec::KeyEncoding encoding, const secret::Secret& text) {
  std::optional<std::string> bytes;
  switch (encoding) {
    case Spec::KEY_ENCODING_HEX: bytes = secret::DecodeHex(text.Reveal()); break;
    case Spec::KEY_ENCODING_BASE64: bytes = secret::DecodeBase64(text.Reveal()); break;
    default: return text.Clone();
  }
  if (!bytes.has_value()) return std::nullopt;
  return secret::Secret(*std::move(bytes));
}

HmacAuthenticator::HmacAuthenticator(AllowedHosts hosts, HmacPlan plan,
                                     const secret::Secret& key_text, secret::Secret key,
                                     const Environment& environment)
    : hosts_(std::move(hosts)),
      plan_(std::move(plan)),
      key_(std::move(key)),
      environment_(environment) {
  scrubber_.Add(key_text.Reveal());
  scrubber_.Add(key_.Reveal());
}

absl::Status HmacAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  const base::Time now = environment_.clock.Now();
  const std::string timestamp = TimestampOf(now, plan_.time_format);
  const std::string nonce =
      fmt::format("{:016x}{:016x}", environment_.random.Bits(), environment_.random.Bits());
  SignedRequestScope scope(request, plan_.vars);
  scope.Set("timestamp", timestamp);
  scope.Set("nonce", nonce);
  expression::Evaluation evaluation(now);
  SYNCLINE_ASSIGN_OR_RETURN(
      const std::string text,
      plan_.string_to_sign->Render(scope.value(), evaluation, expression::Template::Null::kFails));
  const std::string signature =
      Encode(secret::Hmac(plan_.algorithm, key_.Reveal(), text), plan_.encoding);
  scope.Set("signature", signature);
  request::TextTemplates::Problems problems;
  // Rendered before anything is set: all see the request as it was signed.
  const auto headers = plan_.headers.Render(scope.value(), evaluation, &problems);
  const auto query = plan_.query.Render(scope.value(), evaluation, &problems);
  if (!problems.empty()) return problems.front().second;
  for (const auto& [name, value] : headers) {
    if (!http::IsHeaderValue(value)) {
      return base::Error(
          base::Reason::kSignInFailed,
          fmt::format("The signed header '{}' would hold a control character.", name));
    }
    request.headers.Set(name, value);
  }
  for (const auto& [name, value] : query) http::SetQueryParameter(&request.url, name, value);
  return absl::OkStatus();
}

void HmacAuthenticator::Strip(http::Url* url) const {
  for (const std::string& name : plan_.query_names) http::RemoveQueryParameter(url, name);
}

}  // namespace syncline::auth
