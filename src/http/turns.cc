#include "http/turns.h"

#include <algorithm>

namespace syncline::http {

double Turns::Take(const std::string& integration) {
  double& last = last_.try_emplace(integration, now_ - 1).first->second;
  last = std::max(last + 1, now_);
  return last;
}

void Turns::Serve(double turn) {
  now_ = std::max(now_, turn);
  // I7: an integration that the others have overtaken begins anew, so it need not be kept.
  std::erase_if(last_, [&](const auto& entry) { return entry.second < now_; });
}

}  // namespace syncline::http
