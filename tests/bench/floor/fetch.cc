#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "tests/bench/floor/floor.h"

namespace syncline::bench {
namespace {

constexpr int kTransfers = 4;

struct Slot {
  CURL* easy = nullptr;
  std::string body;
};

std::size_t Append(char* bytes, std::size_t, std::size_t count, void* slot) {
  static_cast<Slot*>(slot)->body.append(bytes, count);
  return count;
}

void Request(CURLM* multi, Slot* slot, const std::string& url, int page) {
  slot->body.clear();
  slot->body.reserve(1 << 20);
  curl_easy_setopt(slot->easy, CURLOPT_URL, fmt::format("{}&page={}", url, page).c_str());
  curl_multi_add_handle(multi, slot->easy);
}

}  // namespace

void FetchPages(const std::string& url, int page_count,
                const std::function<void(std::string&&)>& take) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = curl_multi_init();
  std::array<Slot, kTransfers> slots;
  int next = 1;
  for (Slot& slot : slots) {
    slot.easy = curl_easy_init();
    curl_easy_setopt(slot.easy, CURLOPT_WRITEFUNCTION, Append);
    curl_easy_setopt(slot.easy, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(slot.easy, CURLOPT_PRIVATE, &slot);
    curl_easy_setopt(slot.easy, CURLOPT_BUFFERSIZE, 512L * 1024);
    if (next <= page_count) Request(multi, &slot, url, next++);
  }
  int done = 0;
  while (done < page_count) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      Slot* slot = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
      long status = 0;
      curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status != 200) {
        fmt::print(stderr, "floor: a page failed\n");
        std::exit(1);
      }
      curl_multi_remove_handle(multi, slot->easy);
      std::string body = std::move(slot->body);
      if (next <= page_count) Request(multi, slot, url, next++);
      curl_multi_perform(multi, &running);
      take(std::move(body));
      ++done;
    }
    if (done < page_count) curl_multi_poll(multi, nullptr, 0, 100, nullptr);
  }
  for (Slot& slot : slots) curl_easy_cleanup(slot.easy);
  curl_multi_cleanup(multi);
}

}  // namespace syncline::bench
