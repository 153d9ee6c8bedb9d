#pragma once

#include <string>
#include <string_view>

namespace syncline::secret {

// Secret bytes that cannot be printed, compared or copied by accident (I5): no stream operator, no
// fmt formatter, no implicit conversion, no copy. Wiped when destroyed or assigned over.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes);  // takes over and wipes the source
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  Secret Clone() const;  // the deliberate copy
  // The bytes, for the one call that needs them; never store or print what this returns.
  std::string_view Reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

}  // namespace syncline::secret
