#include "store/object_filter.h"

#include <cctype>

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::store {
namespace {

absl::Status Invalid(std::string description) {
  return base::InvalidFields({{"filter", std::move(description)}});
}

// Reads one filter from left to right.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<FilterTerm>> Read() {
    std::vector<FilterTerm> terms;
    SkipSpaces();
    while (at_ < text_.size()) {
      if (terms.size() == kFilterTermsMax) {
        return Invalid(fmt::format("has more than {} comparisons", kFilterTermsMax));
      }
      FilterTerm term;
      term.field = Word();
      if (term.field.empty()) return Expected("a field name");
      SkipSpaces();
      if (at_ == text_.size() || text_[at_] != '=') {
        return Expected("\"=\" (equality is the only comparison)");
      }
      ++at_;
      SkipSpaces();
      SYNCLINE_ASSIGN_OR_RETURN(term.value, Value());
      terms.push_back(std::move(term));
      SkipSpaces();
      if (at_ == text_.size()) break;
      const std::size_t before = at_;
      if (Word() != "AND") {
        at_ = before;
        return Expected("AND or the end");
      }
      SkipSpaces();
      if (at_ == text_.size()) return Expected("a comparison after AND");
    }
    return terms;
  }

 private:
  absl::Status Expected(std::string_view what) const {
    return Invalid(
        fmt::format("expected {} at character {}, for example: status = \"active\" AND "
                    "is_managed = true",
                    what, at_ + 1));
  }

  void SkipSpaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  std::string Word() {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (std::isalnum(c) == 0 && c != '_' && c != '-' && c != '.' && c != ':' && c != '+') break;
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  absl::StatusOr<std::string> Value() {
    if (at_ == text_.size() || text_[at_] != '"') {
      std::string word = Word();
      if (word.empty()) return Expected("a value");
      return word;
    }
    ++at_;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value.push_back(text_[at_++]);
    }
    if (at_ == text_.size()) return Expected("a closing double quote");
    ++at_;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<FilterTerm>> ParseFilter(std::string_view text) {
  if (text.size() > kFilterBytesMax) {
    return Invalid(fmt::format("has more than {} bytes", kFilterBytesMax));
  }
  return FilterReader(text).Read();
}

}  // namespace syncline::store
