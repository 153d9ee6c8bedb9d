#pragma once

#include <curl/curl.h>

#include <memory>
#include <stop_token>
#include <string>

#include "http/curl_transport.h"
#include "http/socket_gate.h"
#include "http/transport.h"

namespace syncline::http {

struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One request and its answer while libcurl works on it: sets the options of the handle, receives
// headers and body within the limits, and says in our terms what went wrong. Lives on the stack of
// one Send; must stay where it is from Prepare until the handle is reset.
class CurlExchange {
 public:
  // What the parser wants to read past the end of the body (simdjson's padding).
  static constexpr std::size_t kBodySlackBytes = 64;
  // libcurl's receive buffer; also how far its count of received bytes may lag behind.
  static constexpr long kReceiveBufferBytes = 128 * 1024;
  // Compression is not judged before this much was decoded.
  static constexpr std::size_t kRatioFreeBytes = std::size_t{1} << 20;

  // All must outlive the exchange.
  CurlExchange(const Request& request, const TransportLimits& limits, const CurlOptions& options)
      : request_(request), limits_(limits), options_(options), gate_(*options.guard, request.url) {}
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // INVALID_ARGUMENT for a header that could smuggle another, INTERNAL when libcurl lacks an
  // option.
  absl::Status Prepare(CURL* easy);
  // Whether the transfer stands still because the sink of the request has no room. Resume lets it
  // go on once there is; false when there never will be.
  bool is_paused() const { return paused_; }
  bool Resume(std::stop_token stop);
  // The answer, or what `code` means.
  absl::StatusOr<Response> Finish(CURLcode code);

 private:
  enum class TooLarge { kNo, kBody, kRatio, kHeaders };

  using List = std::unique_ptr<curl_slist, CurlListDeleter>;

  static absl::Status Append(const std::string& line, List* list);
  absl::Status SetHeaders();
  absl::Status SetAddresses();
  CURLcode SetTls();
  CURLcode SetLimits();
  std::size_t bytes_max() const;
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t);
  bool TakeHeader(std::string_view line);
  void EndHeaders();
  void BeginBody();
  // Asks the sink, once, whether it takes the body, and hands it what was held of it.
  void OfferBody();
  bool TakeBody(std::string_view bytes);
  std::size_t Stream(std::string_view bytes);
  // Whether a body that was decoded to so many bytes is within the limits so far.
  bool Fits(std::size_t plain_bytes);
  bool GoesOn(std::size_t received);
  absl::Status Failure(CURLcode code);
  absl::Status SizeFailure() const;

  const Request& request_;
  const TransportLimits& limits_;
  const CurlOptions& options_;
  SocketGate gate_;
  CURL* easy_ = nullptr;
  List header_list_;
  List address_list_;
  char error_text_[CURL_ERROR_SIZE] = {};
  Response response_;
  std::size_t header_bytes_ = 0;
  std::size_t header_lines_ = 0;
  bool body_begun_ = false;
  bool offered_ = false;  // to the sink of the request
  bool streams_ = false;  // which takes the body
  std::size_t streamed_bytes_ = 0;
  bool paused_ = false;
  bool too_late_ = false;  // no byte of the answer came in time
  TooLarge too_large_ = TooLarge::kNo;
};

}  // namespace syncline::http
