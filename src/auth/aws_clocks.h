#pragma once

#include <chrono>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"

namespace syncline::auth {

// The time as AWS's hosts have it. A signature is good for minutes around its time, so a machine
// whose clock is wrong is refused; the offset is then learned from the answer's Date, as AWS's own
// SDKs do. Owned by one authenticator, used by one thread at a time; holds an offset for each host
// that was asked, which are allowed hosts of the credential (I7).
class AwsClocks {
 public:
  // What the API Gateway forgives is 5 minutes, others 15: less cannot be why a request is refused.
  static constexpr std::chrono::seconds kSkewMin = std::chrono::minutes(4);
  // An offset above this is not believed.
  static constexpr std::chrono::seconds kSkewMax = std::chrono::hours(24);

  // `clock` must outlive this.
  explicit AwsClocks(const base::Clock& clock) : clock_(clock) {}

  base::Time Now(const std::string& host) const;
  // Looks at the answer of `host`. True: it refused the request because of its time, and the time
  // is corrected now, so that a new signature is worth a try.
  bool Learn(const std::string& host, const http::Response& answer);

 private:
  const base::Clock& clock_;
  std::map<std::string, std::chrono::seconds> offsets_;
};

// Whether an error answer of AWS, in JSON or XML, names one of the codes.
bool NamesAwsError(const http::Response& answer, std::initializer_list<std::string_view> codes);

}  // namespace syncline::auth
