#include "auth/known_secrets.h"

#include "auth/scrub.h"

namespace syncline::auth {

void KnownSecrets::Add(const secret::Secret& secret) {
  if (!secret.empty()) kept_.push_back(secret.Clone());
}

void KnownSecrets::AddObtained(const secret::Secret& secret) {
  if (secret.empty()) return;
  for (const secret::Secret& known : obtained_) {
    if (known.Reveal() == secret.Reveal()) return;
  }
  if (obtained_.size() == kObtainedMax) obtained_.pop_front();
  obtained_.push_back(secret.Clone());
}

std::string KnownSecrets::Scrub(std::string text) const {
  for (const secret::Secret& secret : kept_) text = ScrubSecret(std::move(text), secret.Reveal());
  for (const secret::Secret& secret : obtained_) {
    text = ScrubSecret(std::move(text), secret.Reveal());
  }
  return text;
}

}  // namespace syncline::auth
