// The first line is a JOSE header, the second the claims, the rest a key: what is written verifies
// and reads back as JSON, whatever stands in it; a key that is none is refused without a crash.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/jwt_writer.h"
#include "base/random.h"
#include "json/document.h"
#include "secret/digest.h"

namespace {

using namespace syncline;

std::string_view TakeLine(std::string_view* input) {
  const std::string_view line = input->substr(0, input->find('\n'));
  input->remove_prefix(std::min(line.size() + 1, input->size()));
  return line;
}

bool IsJsonObject(std::string_view encoded) {
  const auto text = secret::DecodeBase64Url(encoded);
  if (!text.has_value()) return false;
  const auto document = json::Document::Parse(*text);
  return document.ok() && (*document)->root().kind() == json::Kind::kObject;
}

auth::JwtMembers MembersOf(std::string_view line) {
  auto members = auth::JwtMembers::Parse(std::string(line));
  if (members.ok()) return *std::move(members);
  auth::JwtMembers one;
  if (json::IsValidUtf8(line)) one.SetText(std::string(line), line);
  return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view header = TakeLine(&input);
  const std::string_view claims = TakeLine(&input);
  v1::JwtKey spec;
  for (const auto algorithm : {v1::JwtKey::ALGORITHM_RS256, v1::JwtKey::ALGORITHM_ES256}) {
    spec.set_algorithm(algorithm);
    (void)auth::JwtWriter::Make(spec, secret::Secret(std::string(input)));
  }
  spec.set_algorithm(v1::JwtKey::ALGORITHM_HS256);
  std::string key(input.substr(0, 1024));
  key.resize(std::max<std::size_t>(key.size(), 32), 'k');
  const auto writer =
      auth::JwtWriter::Make(spec, secret::Secret(std::string(key)), MembersOf(header));
  if (!writer.ok()) std::abort();
  base::SeededRandom random(1);
  const auto token =
      writer->Write(MembersOf(claims), {.lifetime = std::chrono::seconds(300)}, random);
  if (!token.ok()) std::abort();
  const std::string_view text = token->Reveal();
  const std::size_t first = text.find('.');
  const std::size_t second = text.rfind('.');
  if (!IsJsonObject(text.substr(0, first))) std::abort();
  if (!IsJsonObject(text.substr(first + 1, second - first - 1))) std::abort();
  const auto verifier =
      secret::SigningKey::Make(secret::SignatureAlgorithm::kHs256, secret::Secret(std::move(key)));
  if (!verifier->Verify(text.substr(0, second),
                        secret::DecodeBase64Url(text.substr(second + 1)).value_or(""))) {
    std::abort();
  }
  return 0;
}
