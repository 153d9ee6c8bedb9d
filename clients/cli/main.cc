#include <iostream>

#include "cli/command_line.h"

int main(int argument_count, char** arguments) {
  return static_cast<int>(
      syncline::cli::RunCommandLine(argument_count, arguments, std::cout, std::cerr));
}
