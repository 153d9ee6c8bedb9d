#pragma once

#include <csignal>

namespace syncline::cli {

// Ctrl-C as a question instead of a death: from its construction SIGINT is held back and Pending()
// tells whether it came. Make it before any thread is started, for threads inherit what is held
// back. The destructor restores what was before.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // True from the first Ctrl-C on.
  bool Pending();

 private:
  sigset_t interrupt_;
  sigset_t before_;
  bool came_ = false;
};

}  // namespace syncline::cli
