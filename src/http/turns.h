#pragma once

#include <map>
#include <string>

namespace syncline::http {

// In which order requests of several integrations go out: each integration moves on by one turn
// with each of its requests, and who comes anew begins where the others are (start-time fair
// queueing). So one that asks for many at once gets no more than one that asks for one at a time.
// Not safe for concurrent use.
class Turns {
 public:
  // The turn of one more request of `integration`; the least turn goes first, among equals the one
  // that was taken first.
  double Take(const std::string& integration);
  // A request with that turn goes out.
  void Serve(double turn);
  // Integrations that are kept: those that have asked for more than has gone out.
  std::size_t count() const { return last_.size(); }

 private:
  std::map<std::string, double> last_;  // the last turn of each
  double now_ = 0;
};

}  // namespace syncline::http
