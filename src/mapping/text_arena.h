#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

namespace syncline::mapping {

// Memory for converted texts of one batch: chunks in a deque of strings, never moved once written,
// so that views stay good. Lives as long as one Map call; the chunks belong to the batch.
class TextArena {
 public:
  explicit TextArena(std::deque<std::string>* chunks) : chunks_(*chunks) {}

  std::string_view Copy(std::string_view text) {
    std::string& chunk = Reserve(text.size());
    const std::size_t at = chunk.size();
    chunk.append(text);
    return std::string_view(chunk).substr(at);
  }
  // For a writer that appends: afterwards Taken(begin) is the text, provided that at most `bytes`
  // were appended.
  std::string& Reserve(std::size_t bytes) {
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < bytes) {
      chunks_.emplace_back().reserve(std::max(bytes, kChunkBytes));
    }
    return chunks_.back();
  }

 private:
  static constexpr std::size_t kChunkBytes = 16 * 1024;
  std::deque<std::string>& chunks_;
};

}  // namespace syncline::mapping
