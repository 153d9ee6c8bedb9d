#include "auth/known_secrets.h"

#include "auth/scrub.h"

namespace syncline::auth {

void KnownSecrets::Add(const secret::Secret& secret) {
  if (secret.empty()) return;
  const std::lock_guard lock(mutex_);
  kept_.push_back(secret.Clone());
}

void KnownSecrets::AddObtained(const secret::Secret& secret) {
  if (secret.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const secret::Secret& known : obtained_) {
    if (known.Reveal() == secret.Reveal()) return;
  }
  if (obtained_.size() == kObtainedMax) obtained_.pop_front();
  obtained_.push_back(secret.Clone());
}

std::string KnownSecrets::Scrub(std::string text) const {
  // All at once: a secret may be part of a longer one.
  Scrubber scrubber;
  {
    const std::lock_guard lock(mutex_);
    for (const secret::Secret& secret : kept_) scrubber.Add(secret.Reveal());
    for (const secret::Secret& secret : obtained_) scrubber.Add(secret.Reveal());
  }
  return scrubber.Scrub(std::move(text));
}

}  // namespace syncline::auth
