#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "decode/byte_source.h"

namespace syncline::decode {

// Reads a source byte by byte or in bulk, without copying the bulk. One thread.
class ByteCursor {
 public:
  explicit ByteCursor(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // What is at hand, never empty before the end; whoever uses it shortens it. Valid until the next
  // call of any method.
  absl::StatusOr<std::string_view*> Peek() {
    if (!rest_.empty() || ended_) return &rest_;
    auto piece = source_->Read();
    if (!piece.ok()) return std::move(piece).status();
    rest_ = *piece;
    ended_ = rest_.empty();
    return &rest_;
  }

  // The next `count` bytes, fewer only at the end.
  absl::StatusOr<std::string> Take(std::size_t count) {
    std::string taken;
    while (taken.size() < count) {
      auto rest = Peek();
      if (!rest.ok()) return std::move(rest).status();
      const std::string_view part = (*rest)->substr(0, count - taken.size());
      if (part.empty()) break;
      taken += part;
      (*rest)->remove_prefix(part.size());
    }
    return taken;
  }

 private:
  const std::unique_ptr<ByteSource> source_;
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace syncline::decode
