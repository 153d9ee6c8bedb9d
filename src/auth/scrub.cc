#include "auth/scrub.h"

#include <algorithm>

#include "http/message.h"
#include "json/document.h"
#include "request/form.h"
#include "secret/digest.h"

namespace syncline::auth {
namespace {

constexpr std::string_view kWithheld = "[withheld]";

std::string InsideOfJson(std::string_view text, bool escapes_slashes) {
  std::string quoted;
  json::AppendJsonString(text, &quoted);
  const std::string_view inside = std::string_view(quoted).substr(1, quoted.size() - 2);
  if (!escapes_slashes) return std::string(inside);
  std::string out;
  for (const char c : inside) out += c == '/' ? "\\/" : std::string(1, c);
  return out;
}

// The digits of percent escapes in lower case, and nothing else.
std::string LowerEscapes(std::string text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '%') continue;
    for (const std::size_t digit : {i + 1, i + 2}) {
      if (text[digit] >= 'A' && text[digit] <= 'F') text[digit] += 'a' - 'A';
    }
  }
  return text;
}

std::string UpperHex(std::string_view bytes) {
  std::string hex = secret::EncodeHex(bytes);
  for (char& c : hex) {
    if (c >= 'a') c -= 'a' - 'A';
  }
  return hex;
}

// Without padding: a form with padding begins with it.
std::string Base64(std::string_view bytes) {
  std::string text = secret::EncodeBase64(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

// What stays the same of the base64 of any text that holds `bytes` after `shift` others, modulo
// three: of "user:password" what the password alone decides. "" where that is too little to tell.
std::string Base64Inside(std::string_view bytes, std::size_t shift, bool for_urls) {
  constexpr std::size_t kCharactersMin = 8;
  const std::string shifted = std::string(shift, '\0') + std::string(bytes);
  const std::string text =
      for_urls ? secret::EncodeBase64Url(shifted) : secret::EncodeBase64(shifted);
  const std::size_t begin = shift == 0 ? 0 : shift + 1;
  const std::size_t end = shifted.size() * 8 / 6;
  return end < begin + kCharactersMin ? "" : text.substr(begin, end - begin);
}

// How many bytes at the end of `text` begin a form that a cut ended: kBytesMin at least, or none.
std::size_t CutOffBytes(std::string_view text, std::string_view form) {
  for (std::size_t size = std::min(text.size(), form.size() - 1); size >= Scrubber::kBytesMin;
       --size) {
    if (text.ends_with(form.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

void Scrubber::Add(std::string_view secret) {
  if (secret.size() < kBytesMin) return;
  const std::string percent = http::PercentEncode(secret);
  const std::string form = request::EncodeFormText(secret);
  std::vector<std::string> texts = {std::string(secret),
                                    Base64(secret),
                                    secret::EncodeBase64Url(secret),
                                    percent,
                                    LowerEscapes(percent),
                                    form,
                                    LowerEscapes(form),
                                    InsideOfJson(secret, false),
                                    InsideOfJson(secret, true),
                                    secret::EncodeHex(secret),
                                    UpperHex(secret)};
  for (const std::size_t shift : {0U, 1U, 2U}) {
    for (const bool for_urls : {false, true}) {
      texts.push_back(Base64Inside(secret, shift, for_urls));
    }
  }
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    const bool known = std::ranges::any_of(
        forms_, [&](const secret::Secret& other) { return other.Reveal() == text; });
    if (!known) forms_.emplace_back(text);
  }
  // A secret that holds another one, or a form of one, goes first.
  std::ranges::stable_sort(forms_, std::ranges::greater(),
                           [](const secret::Secret& one) { return one.Reveal().size(); });
}

std::string Scrubber::Scrub(std::string text) const {
  for (const secret::Secret& secret : forms_) {
    const std::string_view form = secret.Reveal();
    std::size_t at = text.find(form);
    for (; at != std::string::npos; at = text.find(form, at + kWithheld.size())) {
      text.replace(at, form.size(), kWithheld);
    }
    if (const std::size_t cut = CutOffBytes(text, form); cut > 0) {
      text.replace(text.size() - cut, cut, kWithheld);
    }
  }
  return text;
}

std::string ScrubSecret(std::string text, std::string_view secret) {
  Scrubber scrubber;
  scrubber.Add(secret);
  return scrubber.Scrub(std::move(text));
}

}  // namespace syncline::auth
