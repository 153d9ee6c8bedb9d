#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/demo_vendor/record_list.h"

namespace syncline::demo_vendor {

// How a caller pages: the last part of the path.
enum class Paging { kAll, kOffset, kPage, kCursor, kNext };

// What one request asks for, from its query (GET) or its JSON body (POST).
struct PageRequest {
  Paging paging = Paging::kAll;
  std::string path;
  std::string host;                               // as the caller wrote it, for next URLs
  std::map<std::string, std::string> parameters;  // first value of each
  std::int64_t limit = 100;
  std::int64_t offset = 0;
  std::int64_t index() const { return limit > 0 ? offset / limit : 0; }  // of the page, from 0
  std::string Parameter(const std::string& name) const;
  std::int64_t Number(const std::string& name, std::int64_t fallback) const;
};

inline constexpr std::int64_t kLimitMax = 100'000;

// Fills in limit and offset from the parameters. False when they make no sense.
bool ReadPosition(PageRequest& request);

// The value of a member of a flat JSON object, as text without quotes; "" when absent.
std::string JsonMember(std::string_view body, std::string_view name);

// What goes out. The body is head + slice + tail; `slice` points into `list` or `owned`.
struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::multimap<std::string, std::string> headers;
  std::string head;
  std::shared_ptr<const RenderedList> list;
  std::string owned;
  std::string_view slice;
  std::string tail;
  std::size_t sent_max = std::numeric_limits<std::size_t>::max();  // then the connection is cut
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds drip{0};  // pause after every 16 bytes
  std::size_t length() const { return head.size() + slice.size() + tail.size(); }
};

// A short answer.
Answer TextAnswer(int status, std::string body, std::string content_type = "application/json");

// The page without faults.
Answer RenderPage(const PageRequest& request, std::shared_ptr<const RenderedList> list);

}  // namespace syncline::demo_vendor
