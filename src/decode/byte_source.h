#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace syncline::decode {

// Bytes that are handed out in pieces, as they come. One thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // The next piece, valid until the next call; empty at the end, and from then on. The errors are
  // the implementation's.
  virtual absl::StatusOr<std::string_view> Read() = 0;
};

// A body that is there as a whole.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  absl::StatusOr<std::string_view> Read() override {
    return std::exchange(given_, true) ? std::string_view() : std::string_view(text_);
  }

 private:
  const std::string text_;
  bool given_ = false;
};

}  // namespace syncline::decode
