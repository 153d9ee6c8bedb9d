#pragma once

#include <string>
#include <vector>

namespace syncline::cli {

// Rows under a heading in aligned columns, two spaces between; numbers to the right. Control
// characters are shown as `?`, for a vendor's text must not move the terminal's cursor, and cells
// are cut at `cell_width_max` characters. Lines carry no spaces at their end.
class Table {
 public:
  static constexpr std::size_t cell_width_max = 60;
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  // As many cells as there are headings.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string Text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Text safe to print on a terminal, at most `width_max` characters of UTF-8.
std::string Printable(const std::string& text, std::size_t width_max);

}  // namespace syncline::cli
