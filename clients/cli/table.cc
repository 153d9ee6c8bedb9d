#include "cli/table.h"

#include <algorithm>

namespace syncline::cli {
namespace {

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

bool IsNumber(const std::string& text) {
  return text.find_first_not_of("0123456789.,-") == std::string::npos;
}

std::string Line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const std::vector<bool>& right) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string gap(widths[i] - Width(cells[i]), ' ');
    line += (i == 0 ? "" : "  ") + (right[i] ? gap + cells[i] : cells[i] + gap);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string Printable(const std::string& text, std::size_t width_max) {
  std::string printable;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!ContinuesCharacter(text[i]) && ++width > width_max) {
      while (!printable.empty() && ContinuesCharacter(printable.back())) printable.pop_back();
      if (!printable.empty()) printable.pop_back();
      return printable + "~";
    }
    // U+0080 to U+009F are control characters too; in UTF-8 they begin with C2.
    const bool control = byte < 0x20 || byte == 0x7F;
    const bool control_pair =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (control_pair) ++i;
    printable.push_back(control || control_pair ? '?' : text[i]);
  }
  return printable;
}

std::string Table::Text() const {
  std::vector<std::size_t> widths;
  std::vector<bool> right(headings_.size(), !rows_.empty());
  std::vector<std::vector<std::string>> rows;
  for (const std::string& heading : headings_) widths.push_back(Width(heading));
  for (const auto& cells : rows_) {
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      row.push_back(Printable(cells[i], cell_width_max));
      widths[i] = std::max(widths[i], Width(row[i]));
      if (!IsNumber(row[i])) right[i] = false;
    }
  }
  std::string text = Line(headings_, widths, right);
  for (const auto& row : rows) text += Line(row, widths, right);
  return text;
}

}  // namespace syncline::cli
