#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

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

  CurlExchange(const Request& request, const TransportLimits& limits)
      : request_(request), limits_(limits) {}
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // INVALID_ARGUMENT for a header that could smuggle another, INTERNAL when libcurl lacks an
  // option.
  absl::Status Prepare(CURL* easy, const std::string& ca_file);
  // The answer, or what `code` means.
  absl::StatusOr<Response> Finish(CURLcode code);

 private:
  enum class TooLarge { kNo, kBody, kRatio, kHeaders };

  absl::Status SetHeaders();
  CURLcode SetTls(const std::string& ca_file);
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  bool TakeHeader(std::string_view line);
  void EndHeaders();
  bool TakeBody(std::string_view bytes);
  absl::Status Failure(CURLcode code) const;
  absl::Status SizeFailure() const;

  const Request& request_;
  const TransportLimits& limits_;
  CURL* easy_ = nullptr;
  std::unique_ptr<curl_slist, CurlListDeleter> header_list_;
  char error_text_[CURL_ERROR_SIZE] = {};
  Response response_;
  std::size_t header_bytes_ = 0;
  std::size_t header_lines_ = 0;
  bool body_begun_ = false;
  TooLarge too_large_ = TooLarge::kNo;
};

}  // namespace syncline::http
