#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace syncline::decode {

// Records that were cut from a body, as the text of one JSON array. One thread.
class RecordPage {
 public:
  struct Limits {
    std::int64_t records_max = 1'000;
    // A page that has as many is full, whatever its records: deterministic, so that a list that is
    // cut again is cut at the same places.
    std::size_t bytes_max = std::size_t{2} << 20;
    std::size_t record_bytes_max = std::size_t{64} << 20;
  };
  // Where its text stands in the body, for errors.
  struct Origin {
    std::uint64_t offset = 0;  // of the first record
    std::int64_t line = 0;     // of the first record; 0 = not known
  };
  // What was cut.
  struct Cut {
    std::string text;
    std::int64_t count = 0;
    Origin origin;
  };
  explicit RecordPage(const Limits& limits) : limits_(limits) {}

  // Where the next record is to be written; EndRecord closes it.
  std::string& BeginRecord() {
    text_ += text_.empty() ? '[' : ',';
    record_begin_ = text_.size();
    open_ = true;
    return text_;
  }
  void EndRecord() {
    ++count_;
    open_ = false;
  }

  std::string& text() { return text_; }
  // Never inside a record.
  bool full() const {
    return !open_ && (count_ >= limits_.records_max || text_.size() >= limits_.bytes_max);
  }
  bool record_is_too_large() const {
    return text_.size() - record_begin_ > limits_.record_bytes_max;
  }
  std::size_t record_bytes_max() const { return limits_.record_bytes_max; }
  std::int64_t count() const { return count_; }

  void set_origin(const Origin& origin) { origin_ = origin; }

  // The page as it is; the next one begins empty.
  Cut Take() {
    if (text_.empty()) text_ = "[";
    text_ += ']';
    record_begin_ = 0;
    return {std::exchange(text_, {}), std::exchange(count_, 0), std::exchange(origin_, {})};
  }

 private:
  Limits limits_;
  std::string text_;
  std::size_t record_begin_ = 0;
  std::int64_t count_ = 0;
  bool open_ = false;
  Origin origin_;
};

}  // namespace syncline::decode
