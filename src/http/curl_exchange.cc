#include "http/curl_exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/status.h"
#include "http/body_sink.h"
#include "http/tls_identity.h"

namespace syncline::http {
namespace {

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Bytes of the body by its header, however many those are; nullopt when curl has to judge it.
std::optional<std::size_t> LengthOf(const Response& response) {
  const auto text = response.headers.Find("Content-Length");
  if (!text.has_value()) return std::nullopt;
  std::size_t length = 0;
  const auto error = std::from_chars(text->data(), text->data() + text->size(), length).ec;
  if (error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc() ? length : std::numeric_limits<std::size_t>::max();
}

base::Reason ReasonOfCode(CURLcode code, bool answered) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return base::Reason::kVendorTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return base::Reason::kVendorTls;
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING: return base::Reason::kBodyTruncated;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT: return base::Reason::kInternal;
    default: break;
  }
  return answered ? base::Reason::kBodyTruncated : base::Reason::kVendorUnreachable;
}

}  // namespace

absl::Status CurlExchange::Append(const std::string& line, List* list) {
  curl_slist* const longer = curl_slist_append(list->get(), line.c_str());
  if (longer == nullptr) return base::Error(base::Reason::kInternal, "Out of memory.");
  static_cast<void>(list->release());  // `longer` is the same list
  list->reset(longer);
  return absl::OkStatus();
}

absl::Status CurlExchange::SetAddresses() {
  if (!options_.resolve) return absl::OkStatus();
  const std::string place = fmt::format("{}:{}", request_.url.host, request_.url.port);
  const std::vector<std::string> addresses = options_.resolve(request_.url.host);
  if (addresses.empty()) return absl::OkStatus();
  return Append(fmt::format("{}:{}", place, fmt::join(addresses, ",")), &address_list_);
}

absl::Status CurlExchange::SetHeaders() {
  // curl would announce "Expect: 100-continue", and a form as the type of a body that has none.
  std::vector<std::string> lines = {"Expect:"};
  if (!request_.headers.Find("Content-Type").has_value()) lines.emplace_back("Content-Type:");
  for (const auto& [name, value] : request_.headers.all()) {
    if (!IsHeaderName(name) || !IsHeaderValue(value)) {
      return base::Error(base::Reason::kInvalidArgument,
                         fmt::format("The request header '{}' holds a character that no header may "
                                     "hold.",
                                     IsHeaderName(name) ? name : "?"));
    }
    // A header without a value, also one of blanks, goes out only when it is spelled like this.
    lines.push_back(Trim(value).empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  for (const std::string& line : lines) {
    SYNCLINE_RETURN_IF_ERROR(Append(line, &header_list_));
  }
  return absl::OkStatus();
}

CURLcode CurlExchange::SetTls() {
  const std::string& ca_file = options_.ca_file;
  CURLcode worst = CURLE_OK;
  auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK) worst = code;
  };
  // The request holds the identity, so curl need not copy what is in it.
  auto set_blob = [&](CURLoption option, std::string_view bytes) {
    curl_blob blob{
        .data = const_cast<char*>(bytes.data()), .len = bytes.size(), .flags = CURL_BLOB_NOCOPY};
    if (!bytes.empty()) set(option, &blob);
  };
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  const TlsIdentity* const identity = request_.tls.get();
  const bool own_authorities = identity != nullptr && !identity->ca_certificates().empty();
  // Else the system's folder would be trusted beside the file or blob.
  if (own_authorities || !ca_file.empty()) set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
  if (identity == nullptr) return worst;
  set_blob(CURLOPT_CAINFO_BLOB, identity->ca_certificates());  // goes before CAINFO
  set_blob(CURLOPT_SSLCERT_BLOB, identity->client_certificate());
  set_blob(CURLOPT_SSLKEY_BLOB, identity->RevealClientKey());
  return worst;
}

CURLcode CurlExchange::SetLimits() {
  CURLcode worst = CURLE_OK;
  auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK) worst = code;
  };
  set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.total_timeout.count()));
  set(CURLOPT_HEADERFUNCTION, &CurlExchange::OnHeader);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlExchange::OnBody);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &CurlExchange::OnProgress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  return worst;
}

absl::Status CurlExchange::Prepare(CURL* easy) {
  easy_ = easy;
  SYNCLINE_RETURN_IF_ERROR(SetHeaders());
  SYNCLINE_RETURN_IF_ERROR(SetAddresses());
  CURLcode worst = CURLE_OK;
  auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code != CURLE_OK) worst = code;
  };
  set(CURLOPT_URL, request_.url.ToString().c_str());  // copied by curl
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_HTTPHEADER, header_list_.get());
  if (request_.method == Method::kPost || !request_.body.empty()) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());  // not copied
  }
  if (request_.method != Method::kGet && request_.method != Method::kPost) {
    set(CURLOPT_CUSTOMREQUEST, std::string(MethodName(request_.method)).c_str());  // copied by curl
  }
  // What may be reached, and that nothing but this request decides it.
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_RESOLVE, address_list_.get());
  for (const CURLcode code : {gate_.Install(easy), SetTls(), SetLimits()}) {
    if (code != CURLE_OK) worst = code;
  }
  // HTTP/2 without TLS breaks when a connection is reused (libcurl 7.88), so it is never asked for.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_ACCEPT_ENCODING, "gzip");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error_text_);
  if (worst == CURLE_OK) return absl::OkStatus();
  return base::Error(base::Reason::kInternal,
                     fmt::format("libcurl refuses an option: {}.", curl_easy_strerror(worst)));
}

std::size_t CurlExchange::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<CurlExchange*>(self)->TakeHeader(line) ? line.size() : 0;
}

std::size_t CurlExchange::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view bytes(data, size * count);
  auto* const exchange = static_cast<CurlExchange*>(self);
  exchange->BeginBody();
  const BodySink* const sink = exchange->request_.sink;
  const bool is_held = sink != nullptr && !exchange->offered_;
  if (is_held && exchange->response_.body.size() + bytes.size() > sink->held_bytes_max()) {
    exchange->OfferBody();
  }
  if (exchange->streams_) return exchange->Stream(bytes);
  return exchange->TakeBody(bytes) ? bytes.size() : 0;
}

int CurlExchange::OnProgress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  return static_cast<CurlExchange*>(self)->GoesOn(static_cast<std::size_t>(received)) ? 0 : 1;
}

bool CurlExchange::GoesOn(std::size_t received) {
  // What decodes to little or nothing never reaches TakeBody: bytes are counted as they come, too.
  // An incompressible body may be a little larger compressed than it is.
  if (received > bytes_max() + kReceiveBufferBytes) {
    too_large_ = TooLarge::kBody;
    return false;
  }
  if (header_bytes_ > 0 || limits_.first_byte_timeout.count() == 0) return true;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME_T, &microseconds);
  too_late_ = std::chrono::microseconds(microseconds) > limits_.first_byte_timeout;
  return !too_late_;
}

bool CurlExchange::TakeHeader(std::string_view line) {
  header_bytes_ += line.size();
  ++header_lines_;
  if (header_bytes_ > limits_.header_bytes_max || header_lines_ > limits_.header_lines_max) {
    too_large_ = TooLarge::kHeaders;
    return false;
  }
  if (body_begun_) return true;  // a trailer: counted, not kept
  if (line.starts_with("HTTP/")) {
    response_.headers.Clear();  // those of an interim answer (1xx)
    return true;
  }
  const std::string_view text = Trim(line);
  if (text.empty()) {
    EndHeaders();
    return too_large_ == TooLarge::kNo;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.Add(std::string(Trim(text.substr(0, colon))),
                        std::string(Trim(text.substr(colon + 1))));
  return true;
}

void CurlExchange::EndHeaders() {
  // Read when the headers end: only then has curl counted them as an answer.
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  const std::optional<std::size_t> length = LengthOf(response_);
  const BodySink* const sink = status >= 200 ? request_.sink : nullptr;
  if (sink != nullptr && (sink->held_bytes_max() == 0 || length > sink->held_bytes_max())) {
    OfferBody();
    // As it was sent: what a vendor calls compressed and what is are two things.
    if (streams_) curl_easy_setopt(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  }
  if (!length.has_value() || response_.headers.Find("Content-Encoding").has_value()) return;
  if (*length > bytes_max()) {
    too_large_ = TooLarge::kBody;
    return;
  }
  if (!streams_) response_.body.reserve(*length + kBodySlackBytes);
}

void CurlExchange::OfferBody() {
  offered_ = true;
  std::string held = std::exchange(response_.body, {});
  streams_ = request_.sink->Begin(response_);
  if (!streams_) {
    response_.body = std::move(held);
    return;
  }
  // The time that the reader takes is not the vendor's.
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, 0L);
  streamed_bytes_ = held.size();
  if (!held.empty()) request_.sink->Take(held);
}

std::size_t CurlExchange::bytes_max() const {
  return streams_ ? request_.sink->bytes_max() : limits_.body_bytes_max;
}

void CurlExchange::BeginBody() {
  if (std::exchange(body_begun_, true)) return;
  // Only the body is held to a speed: a vendor may think for long before it answers.
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT,
                   static_cast<long>(limits_.slow_bytes_per_second));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits_.slow_time.count()));
}

std::size_t CurlExchange::Stream(std::string_view bytes) {
  if (!Fits(streamed_bytes_ + bytes.size())) return 0;
  // libcurl keeps what was refused, one receive buffer, and offers it again; a transfer that stands
  // still is held to no speed.
  paused_ = !request_.sink->Take(bytes);
  if (paused_) return CURL_WRITEFUNC_PAUSE;
  streamed_bytes_ += bytes.size();
  return bytes.size();
}

bool CurlExchange::Resume(std::stop_token stop) {
  if (!request_.sink->WaitForRoom(std::move(stop))) return false;
  paused_ = false;  // first: what was kept comes at once, and may find no room
  curl_easy_pause(easy_, CURLPAUSE_CONT);
  return true;
}

bool CurlExchange::Fits(std::size_t plain_bytes) {
  if (plain_bytes > bytes_max()) {
    too_large_ = TooLarge::kBody;
    return false;
  }
  if (plain_bytes <= kRatioFreeBytes) return true;
  curl_off_t counted = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &counted);
  const std::size_t received = static_cast<std::size_t>(counted) + kReceiveBufferBytes;
  if (plain_bytes / limits_.compression_ratio_max <= received) return true;
  too_large_ = TooLarge::kRatio;
  return false;
}

bool CurlExchange::TakeBody(std::string_view bytes) {
  std::string& body = response_.body;
  const std::size_t size = body.size() + bytes.size();
  if (!Fits(size)) return false;
  if (size + kBodySlackBytes > body.capacity()) {
    body.reserve(std::max(size + kBodySlackBytes, 2 * body.capacity()));
  }
  body.append(bytes);
  return true;
}

absl::StatusOr<Response> CurlExchange::Finish(CURLcode code) {
  if (code != CURLE_OK || too_large_ != TooLarge::kNo) return Failure(code);
  response_.effective_url = request_.url.ForLog();
  return std::move(response_);
}

absl::Status CurlExchange::Failure(CURLcode code) {
  // What libcurl keeps for a reader without room is plain, and bounded by 64 MB (libcurl 7.88):
  // only a bomb makes more than that of one receive buffer.
  if (streams_ && code == CURLE_OUT_OF_MEMORY) too_large_ = TooLarge::kRatio;
  if (too_large_ != TooLarge::kNo) return SizeFailure();
  SYNCLINE_RETURN_IF_ERROR(gate_.refusal());
  if (too_late_) {
    return base::Error(base::Reason::kVendorTimeout,
                       fmt::format("{} did not begin to answer within {} ms.",
                                   request_.url.origin(), limits_.first_byte_timeout.count()),
                       {{"origin", request_.url.origin()}});
  }
  const bool answered = response_.status >= 200;
  const std::string_view detail = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
  return base::Error(ReasonOfCode(code, answered),
                     fmt::format("{}: {}.", request_.url.origin(), detail),
                     {{"origin", request_.url.origin()}});
}

absl::Status CurlExchange::SizeFailure() const {
  std::string what;
  switch (too_large_) {
    case TooLarge::kHeaders:
      what = fmt::format("its headers are larger than {} bytes or {} lines",
                         limits_.header_bytes_max, limits_.header_lines_max);
      break;
    case TooLarge::kRatio:
      what = fmt::format("it decompresses to more than {} times its size",
                         limits_.compression_ratio_max);
      break;
    default: what = fmt::format("its body is larger than {} bytes", bytes_max()); break;
  }
  return base::Error(base::Reason::kResponseTooLarge,
                     fmt::format("The answer of {} is refused: {}.", request_.url.origin(), what),
                     {{"origin", request_.url.origin()}});
}

}  // namespace syncline::http
