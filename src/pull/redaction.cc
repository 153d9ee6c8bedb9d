#include "pull/redaction.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/shown_text.h"
#include "decode/compression.h"
#include "decode/decompressed_source.h"
#include "http/message.h"

namespace syncline::pull {
namespace {

constexpr std::string_view kCompressed = "[compressed]";

// A vendor hands out cookies and tokens that nobody knew before: by name, they are secrets.
bool IsSecretHeader(std::string_view name) {
  constexpr std::array<std::string_view, 4> kWhole = {"set-cookie", "cookie", "authorization",
                                                      "proxy-authorization"};
  constexpr std::array<std::string_view, 6> kParts = {"token",    "secret",  "session",
                                                      "password", "api-key", "apikey"};
  const std::string lower = http::ToLowerCase(name);
  const auto contains = [&](std::string_view part) { return lower.find(part) != lower.npos; };
  return std::ranges::find(kWhole, lower) != kWhole.end() || std::ranges::any_of(kParts, contains);
}

// Not "token": page tokens are what a person looks for.
bool IsSecretParameter(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"access_token",
                                                       "id_token",
                                                       "refresh_token",
                                                       "client_secret",
                                                       "api_key",
                                                       "apikey",
                                                       "password",
                                                       "sig",
                                                       "signature",
                                                       "x-amz-signature",
                                                       "x-amz-security-token",
                                                       "x-goog-signature"};
  return std::ranges::find(kNames, http::ToLowerCase(name)) != kNames.end();
}

// The name of a parameter of a URL, which may stand in a text: after "?" or "&", also where JSON or
// XML spell the latter as \u0026 or &amp;. "" for other text.
std::string_view ParameterNameBefore(std::string_view text, std::size_t equals) {
  std::size_t begin = equals;
  while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 ||
                       text[begin - 1] == '-' || text[begin - 1] == '_')) {
    --begin;
  }
  constexpr std::string_view kEscaped = "u0026";
  if (begin == 0) return {};
  std::string_view name = text.substr(begin, equals - begin);
  if (text[begin - 1] == '\\' && name.starts_with(kEscaped)) return name.substr(kEscaped.size());
  return std::string_view("?&;").find(text[begin - 1]) == std::string_view::npos ? "" : name;
}

std::string Plain(std::string body) {
  if (decode::FindCompression(body) == decode::Compression::kNone) return body;
  const auto source = decode::Decompress(std::make_unique<decode::TextSource>(std::move(body)), {});
  std::string plain;
  while (plain.size() < ExchangeLog::kBodyBytesMax) {
    const auto piece = source->Read();  // the end is cut off: an error
    if (!piece.ok() || piece->empty()) break;
    plain.append(*piece);
  }
  if (plain.empty()) return std::string(kCompressed);
  if (plain.size() > ExchangeLog::kBodyBytesMax) plain.resize(ExchangeLog::kBodyBytesMax);
  return plain;
}

// Scrubs many texts at the price of one: what an authenticator knows is made ready by each call.
class Batch {
 public:
  explicit Batch(const ExchangeLog::Scrub& scrub) : scrub_(scrub) {}

  void Add(std::string* text) {
    if (scrub_ == nullptr || text->empty()) return;
    std::ranges::replace(*text, kBetween, ' ');
    joined_ += *text;
    joined_ += kBetween;
    texts_.push_back(text);
  }
  // By itself: only at the end of a text the beginning of a secret is found.
  void AddCut(std::string* text) const {
    if (scrub_ != nullptr) *text = scrub_(std::move(*text));
  }
  void Scrub() {
    if (texts_.empty()) return;
    const std::string scrubbed = scrub_(std::move(joined_));
    std::string_view rest = scrubbed;
    for (std::string* text : texts_) {
      const std::size_t end = rest.find(kBetween);
      *text =
          end == std::string_view::npos ? std::string_view(kWithheldValue) : rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }

 private:
  static constexpr char kBetween = '\x1f';  // stands in no secret
  const ExchangeLog::Scrub& scrub_;
  std::string joined_;
  std::vector<std::string*> texts_;
};

void AddHeaders(model::Exchange::Pairs* headers, Batch* batch) {
  for (auto& [name, value] : *headers) {
    if (IsSecretHeader(name)) value = kWithheldValue;
    if (http::EqualsIgnoringCase(name, "Location")) value = WithoutSecretParameters(value);
    batch->Add(&name);
    batch->Add(&value);
  }
}

void AddBody(std::string* body, Batch* batch) {
  *body = WithoutSecretParameters(Plain(std::move(*body)));
  if (body->size() < ExchangeLog::kBodyBytesMax) {
    batch->Add(body);
  } else {
    batch->AddCut(body);
  }
}

std::array<std::string*, 5> LinesOf(model::Exchange* exchange) {
  return {&exchange->url, &exchange->partition, &exchange->cause, &exchange->wait_cause,
          &exchange->judgement};
}

void MakePrintable(model::Exchange* exchange) {
  const auto line = [](std::string* text) {
    *text = auth::ShownText(std::move(*text), ExchangeLog::kTextBytesMax);
  };
  for (std::string* text : LinesOf(exchange)) line(text);
  for (auto* headers : {&exchange->request_headers, &exchange->response_headers}) {
    for (auto& [name, value] : *headers) {
      line(&name);
      line(&value);
    }
  }
  for (std::string* body : {&exchange->request_body, &exchange->response_body}) {
    *body = auth::ShownLines(std::move(*body), ExchangeLog::kBodyBytesMax);
  }
}

}  // namespace

std::string WithoutSecretParameters(std::string_view text) {
  constexpr std::string_view kEnds = "&\"'<>\\ \t\r\n";
  std::string out;
  std::size_t copied = 0;
  for (std::size_t equals = text.find('='); equals != std::string_view::npos;
       equals = text.find('=', equals + 1)) {
    if (equals < copied || !IsSecretParameter(ParameterNameBefore(text, equals))) continue;
    const std::size_t end = std::min(text.find_first_of(kEnds, equals + 1), text.size());
    out += text.substr(copied, equals + 1 - copied);
    out += kWithheldValue;
    copied = end;
  }
  out += text.substr(copied);
  return out;
}

void Redact(const ExchangeLog::Scrub& scrub, std::span<model::Exchange* const> exchanges) {
  Batch batch(scrub);
  for (model::Exchange* exchange : exchanges) {
    for (std::string* text : LinesOf(exchange)) {
      *text = WithoutSecretParameters(*text);
      batch.Add(text);
    }
    AddHeaders(&exchange->request_headers, &batch);
    AddHeaders(&exchange->response_headers, &batch);
    AddBody(&exchange->request_body, &batch);
    AddBody(&exchange->response_body, &batch);
  }
  batch.Scrub();
  for (model::Exchange* exchange : exchanges) MakePrintable(exchange);
}

}  // namespace syncline::pull
