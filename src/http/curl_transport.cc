#include "http/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "http/curl_exchange.h"
#include "http/tls_identity.h"

namespace syncline::http {
namespace {

// A stop request or a finished socket wakes the wait; this only bounds how long a lost wake-up
// could last.
constexpr int kPollMilliseconds = 1000;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One exchange at a time; the multi handle holds the connections and can be woken from outside.
struct Slot {
  // Whose connections these are, for good: libcurl compares certificates, but not tenants.
  bool is_shared = true;
  std::weak_ptr<const TlsIdentity> identity;
  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::unique_ptr<CURL, EasyDeleter> easy;  // goes before the multi handle
};

absl::Status Cancelled() {
  return base::Error(base::Reason::kCancelled, "The request was stopped.");
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {}

  absl::StatusOr<Response> Send(const Request& request, const TransportLimits& limits,
                                std::stop_token stop) override {
    if (stop.stop_requested()) return Cancelled();
    SYNCLINE_RETURN_IF_ERROR(options_.guard->CheckUrl(request.url));
    CurlExchange exchange(request, limits, options_);  // outlives the slot, which points into it
    SYNCLINE_ASSIGN_OR_RETURN(Slot slot, Take(request.tls));
    SYNCLINE_RETURN_IF_ERROR(exchange.Prepare(slot.easy.get()));
    const std::optional<CURLcode> code = Perform(slot, exchange, stop);
    if (!code.has_value()) return Cancelled();  // the slot and its connection go
    absl::StatusOr<Response> response = exchange.Finish(*code);
    // After a name that did not resolve a handle keeps a buffer and refuses options from then on
    // (libcurl 7.88): the next request would fail for no reason of its own. Connections stay.
    if (*code != CURLE_OK) slot.easy.reset(curl_easy_init());
    if (slot.easy != nullptr) GiveBack(std::move(slot));
    return response;
  }

 private:
  using Identity = std::shared_ptr<const TlsIdentity>;

  absl::StatusOr<Slot> Take(const Identity& identity) {
    {
      const std::lock_guard lock(mutex_);
      const auto fits = [&](const Slot& slot) {
        return slot.is_shared ? identity == nullptr
                              : identity != nullptr && slot.identity.lock() == identity;
      };
      // The one used last, whose connection is the likeliest to be alive.
      const auto found = std::find_if(idle_.rbegin(), idle_.rend(), fits);
      if (found != idle_.rend()) {
        Slot slot = std::move(*found);
        idle_.erase(std::next(found).base());
        return slot;
      }
    }
    Slot slot{.is_shared = identity == nullptr, .identity = identity};
    slot.multi.reset(curl_multi_init());
    slot.easy.reset(curl_easy_init());
    if (slot.multi == nullptr || slot.easy == nullptr) {
      return base::Error(base::Reason::kInternal, "libcurl could not be started.");
    }
    return slot;
  }

  void GiveBack(Slot slot) {
    curl_easy_reset(slot.easy.get());  // forgets the request, keeps the connection
    std::vector<Slot> gone;            // closed after the lock: saying goodbye takes time
    const std::lock_guard lock(mutex_);
    const auto is_live = [](const Slot& idle) {
      return idle.is_shared || !idle.identity.expired();
    };
    const auto dead = std::stable_partition(idle_.begin(), idle_.end(), is_live);
    std::move(dead, idle_.end(), std::back_inserter(gone));
    idle_.erase(dead, idle_.end());
    idle_.push_back(std::move(slot));
    if (idle_.size() <= options_.idle_slots_max) return;
    gone.push_back(std::move(idle_.front()));  // unused for the longest
    idle_.erase(idle_.begin());
  }

  // nullopt when stopped.
  static std::optional<CURLcode> Perform(const Slot& slot, CurlExchange& exchange,
                                         const std::stop_token& stop) {
    CURLM* const multi = slot.multi.get();
    if (curl_multi_add_handle(multi, slot.easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
    std::optional<CURLcode> code = CURLE_OK;
    {
      const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
      code = Run(multi, exchange, stop);
    }
    curl_multi_remove_handle(multi, slot.easy.get());
    return code;
  }

  static std::optional<CURLcode> Run(CURLM* multi, CurlExchange& exchange,
                                     const std::stop_token& stop) {
    while (true) {
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (stop.stop_requested()) return std::nullopt;
      if (running == 0) break;
      if (exchange.is_paused()) {
        if (!exchange.Resume(stop)) return std::nullopt;
        continue;
      }
      if (curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr) != CURLM_OK) {
        return CURLE_FAILED_INIT;
      }
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi, &left);
    return message != nullptr && message->msg == CURLMSG_DONE ? message->data.result
                                                              : CURLE_FAILED_INIT;
  }

  const CurlOptions options_;
  std::mutex mutex_;
  std::vector<Slot> idle_;
};

}  // namespace

std::unique_ptr<Transport> MakeCurlTransport(CurlOptions options) {
  // libcurl's process-wide state: set up before its first use, never torn down, because another
  // library of the process may use it too.
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace syncline::http
