#include "cli/progress_view.h"

#include "cli/table.h"

namespace syncline::cli {
namespace {

// Back to the first column and clear to the end of the line (ECMA-48 EL).
constexpr std::string_view kRewind = "\r\x1b[K";

}  // namespace

void ProgressView::Show(const Progress& progress, base::Time now) {
  if (terminal_) {
    if (shown_.has_value() && now - *shown_ < redraw_interval) return;
    shown_ = now;
    out_ << kRewind << Printable(progress.BarLine(title_, now), width_ > 1 ? width_ - 1 : 1)
         << std::flush;
    return;
  }
  const bool milestone = progress.milestone() != milestone_;
  const bool due =
      progress.sequence() != sequence_ && (!shown_.has_value() || now - *shown_ >= line_interval);
  if (!milestone && !due) return;
  shown_ = now;
  milestone_ = progress.milestone();
  sequence_ = progress.sequence();
  if (!progress.ended()) out_ << progress.PlainLine(title_, now) << std::endl;
}

void ProgressView::Note(const std::string& text) {
  Clear();
  out_ << text << std::endl;
}

void ProgressView::Clear() {
  if (terminal_ && shown_.has_value()) out_ << kRewind << std::flush;
  shown_.reset();
}

}  // namespace syncline::cli
