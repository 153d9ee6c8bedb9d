#pragma once

#include <cstddef>
#include <stop_token>
#include <string_view>

#include "http/message.h"

namespace syncline::http {

// Takes the body of an answer while it arrives, so that nobody has to hold it, and slows the vendor
// down by having no room. Called by the thread that sends, for each try anew.
class BodySink {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{64} << 30;

  virtual ~BodySink() = default;

  // Bodies up to so many bytes are held as others are, and Begin is not asked about them. 0: it is
  // asked as soon as the headers are there.
  virtual std::size_t held_bytes_max() const { return 0; }
  // Bytes of a body that it takes, as they are received: in place of the limit for those that are
  // held, and of the total timeout.
  virtual std::size_t bytes_max() const { return kBytesMax; }
  // An answer whose body may be larger. True: it comes here, as it was sent or decompressed, and
  // the Response has none. False: it is held after all.
  virtual bool Begin(const Response& head) = 0;
  // Takes the next piece; false when there is no room, and it is offered again. The first piece of
  // a body, which is what was held until then, is always taken.
  virtual bool Take(std::string_view piece) = 0;
  // Returns when there is room; false when it never will be, which ends the exchange as CANCELLED.
  virtual bool WaitForRoom(std::stop_token stop) = 0;
};

}  // namespace syncline::http
