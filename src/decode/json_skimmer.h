#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::decode {

// Reads a JSON text in pieces up to the list at a path, and what follows it: checked by the
// grammar, kept nowhere. Strings outside the list are not looked into beyond where they end. One
// thread.
class JsonSkimmer {
 public:
  static constexpr std::size_t kDepthMax = 128;

  // Member names from the root; none = the root is the list.
  explicit JsonSkimmer(std::vector<std::string> path) : path_(std::move(path)) {}

  // Takes from the front of `*bytes` until they are used up, or until the list begins: true, and
  // its bracket is taken. JSON_INVALID with the offset, JSON_TOO_DEEP, RECORDS_NOT_A_LIST,
  // BODY_INVALID when the list is there twice.
  absl::StatusOr<bool> Skim(std::string_view* bytes);
  // The list is over, its bracket included; it had so many bytes.
  void EndList(std::uint64_t bytes);
  // The text is over. JSON_INVALID when it breaks off; RECORDS_NOT_FOUND, naming the members that
  // there are, unless the list may be missing.
  absl::Status End(bool list_may_be_missing) const;

  std::uint64_t offset() const { return offset_; }  // bytes taken so far

 private:
  enum class Expect { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kAfterValue, kNothing };
  enum class Token { kNone, kKey, kString, kScalar };

  // These say whether the list begins.
  absl::StatusOr<bool> Structure(char c);
  absl::StatusOr<bool> Value(char c);
  // Whether the value that begins now is what the path leads to, or lies on the way.
  bool IsAtPathEnd() const;
  absl::Status Open(char c);
  absl::StatusOr<bool> Close(char c);
  absl::Status InString(std::string_view* bytes);
  absl::Status InScalar(std::string_view* bytes);
  void EndKey();
  void EndValue();
  absl::Status Invalid(std::string_view expected) const;

  const std::vector<std::string> path_;
  std::vector<char> open_;   // brackets
  std::size_t on_path_ = 0;  // how many of them, from the root, lie on the path
  bool key_fits_ = false;    // the last key is the next name of the path
  bool list_found_ = false;
  Expect expect_ = Expect::kValue;
  Token token_ = Token::kNone;
  bool captures_ = false;  // the token's text is wanted
  bool escaped_ = false;
  std::string text_;
  std::vector<std::string> root_members_;  // the first few, for messages
  std::uint64_t offset_ = 0;
};

}  // namespace syncline::decode
