#include "tests/demo_vendor/demo_vendor.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "fmt/format.h"
#include "httplib.h"
#include "tests/demo_vendor/fault.h"
#include "tests/demo_vendor/gzip.h"
#include "tests/demo_vendor/ledger.h"
#include "tests/demo_vendor/record_list.h"

namespace syncline::demo_vendor {
namespace {

constexpr std::size_t kDripBytes = 16;

Paging ParsePaging(const std::string& name) {
  if (name == "offset") return Paging::kOffset;
  if (name == "page") return Paging::kPage;
  if (name == "cursor") return Paging::kCursor;
  if (name == "next") return Paging::kNext;
  return Paging::kAll;
}

PageRequest ReadRequest(const httplib::Request& http) {
  PageRequest request;
  request.paging = ParsePaging(http.matches[3].str());
  request.path = http.path;
  request.host = http.get_header_value("Host");
  for (const auto& [name, value] : http.params) request.parameters.emplace(name, value);
  if (http.method == "POST") {
    for (const char* name : {"limit", "offset", "page", "cursor"}) {
      if (std::string value = JsonMember(http.body, name); !value.empty())
        request.parameters[name] = std::move(value);
    }
  }
  return request;
}

// Hands `answer` to httplib without copying the records.
void Send(const httplib::Request& http, std::shared_ptr<Answer> answer, const base::Clock& clock,
          std::stop_token stop, httplib::Response& out) {
  if (answer->delay.count() > 0) clock.WaitFor(answer->delay, stop);
  out.status = answer->status;
  for (const auto& [name, value] : answer->headers) out.set_header(name, value);
  if (http.get_param_value("gzip") == "1" && answer->headers.count("Content-Encoding") == 0 &&
      http.get_header_value("Accept-Encoding").find("gzip") != std::string::npos) {
    answer->owned = Gzip(fmt::format("{}{}{}", answer->head, answer->slice, answer->tail));
    answer->head.clear();
    answer->tail.clear();
    answer->slice = answer->owned;
    out.set_header("Content-Encoding", "gzip");
  }
  if (answer->length() == 0) {
    out.set_content("", answer->content_type);
    return;
  }
  const auto write = [answer, &clock, stop](std::size_t offset, std::size_t,
                                            httplib::DataSink& sink) {
    const std::string_view parts[] = {answer->head, answer->slice, answer->tail};
    std::size_t start = 0;
    for (const std::string_view part : parts) {
      if (offset < start + part.size()) {
        const std::size_t skip = offset - start;
        std::size_t count =
            std::min(part.size() - skip, answer->sent_max - std::min(offset, answer->sent_max));
        if (answer->drip.count() > 0) {
          count = std::min(count, kDripBytes);
          if (!clock.WaitFor(answer->drip, stop)) return false;
        }
        return count > 0 && sink.write(part.data() + skip, count);
      }
      start += part.size();
    }
    return false;
  };
  out.set_content_provider(answer->length(), answer->content_type, write);
}

}  // namespace

class DemoVendor::Service {
 public:
  explicit Service(Options options)
      : options_(std::move(options)),
        devices_(options_.device_count,
                 [seed = options_.seed](const RecordState& r) { return DeviceText(seed, r); }),
        people_(options_.person_count,
                [seed = options_.seed](const RecordState& r) { return PersonText(seed, r); }) {
    server_.new_task_queue = [count = options_.thread_count] {
      return new httplib::ThreadPool(static_cast<std::size_t>(count));
    };
    server_.set_tcp_nodelay(true);
    server_.set_keep_alive_max_count(1'000'000'000);
    server_.set_keep_alive_timeout(2);
    const auto page = [this](const httplib::Request& http, httplib::Response& out) {
      Page(http, out);
    };
    constexpr const char* kPages =
        "/(open|basic|header|query)/(devices|people)/(all|offset|page|cursor|next)";
    server_.Get(kPages, page);
    server_.Post(kPages, page);
    ServeControl();
  }

  absl::StatusOr<int> Start() {
    int port = options_.port;
    if (port == 0) {
      port = server_.bind_to_any_port("127.0.0.1");
    } else if (!server_.bind_to_port("127.0.0.1", port)) {
      port = -1;
    }
    if (port <= 0) return base::Error(base::Reason::kInternal, "the port is taken");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    return port;
  }

  void Stop() {
    stop_.request_stop();
    // stop() before the loop of listen_after_bind has begun would be lost.
    while (thread_.joinable() && !server_.is_running()) std::this_thread::yield();
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool SignedIn(const httplib::Request& http) const {
    const std::string how = http.matches[1].str();
    if (how == "basic") {
      return http.get_header_value("Authorization") ==
             httplib::make_basic_authentication_header(options_.user, options_.password).second;
    }
    if (how == "header") {
      return http.get_header_value("X-Api-Key") == options_.token ||
             http.get_header_value("Authorization") == "SSWS " + options_.token;
    }
    if (how == "query") return http.get_param_value("api_key") == options_.token;
    return true;
  }

  RecordList* List(const std::string& name) {
    if (name == "devices") return &devices_;
    return name == "people" ? &people_ : nullptr;
  }

  void Page(const httplib::Request& http, httplib::Response& out) {
    PageRequest request = ReadRequest(http);
    auto answer = std::make_shared<Answer>();
    if (!SignedIn(http)) {
      *answer = TextAnswer(401, R"({"error":"sign in"})");
    } else if (!ReadPosition(request)) {
      *answer = TextAnswer(400, R"({"error":"bad position"})");
    } else {
      *answer = faults_.Render(request, *List(http.matches[2].str()));
      // A rendering owns its text: the view must follow it to its new place.
      if (!answer->owned.empty()) answer->slice = answer->owned;
    }
    ledger_.Record(fmt::format("{} {} {}", request.path, request.offset, request.limit),
                   answer->status);
    Send(http, std::move(answer), clock_, stop_.get_token(), out);
  }

  void ServeControl();

  const Options options_;
  RecordList devices_;
  RecordList people_;
  Faults faults_;
  Ledger ledger_;
  base::SystemClock clock_;
  std::stop_source stop_;
  httplib::Server server_;
  std::jthread thread_;
};

void DemoVendor::Service::ServeControl() {
  const auto number = [](const httplib::Request& http, const std::string& name,
                         std::int64_t fallback) {
    PageRequest request;
    request.parameters[name] = http.get_param_value(name.c_str());
    return request.Number(name, fallback);
  };
  const auto answer = [](httplib::Response& out, bool good, std::int64_t count) {
    out.status = good ? 200 : 400;
    out.set_content(fmt::format("{{\"count\":{}}}\n", count), "application/json");
  };
  server_.Post("/control/change", [=, this](const httplib::Request& http, httplib::Response& out) {
    RecordList* list = List(http.get_param_value("list"));
    const std::int64_t every = number(http, "every", 0);
    const bool good = list != nullptr && every > 0;
    answer(out, good, good ? list->Change(every) : 0);
  });
  server_.Post("/control/delete", [=, this](const httplib::Request& http, httplib::Response& out) {
    RecordList* list = List(http.get_param_value("list"));
    const bool good = list != nullptr && list->Delete(number(http, "number", -1));
    answer(out, good, good ? 1 : 0);
  });
  server_.Post("/control/reset", [=, this](const httplib::Request&, httplib::Response& out) {
    devices_.Reset();
    people_.Reset();
    ledger_.Reset();
    answer(out, true, 0);
  });
  server_.Get("/control/ledger", [this](const httplib::Request&, httplib::Response& out) {
    out.set_content(ledger_.Json(), "application/json");
  });
}

DemoVendor::DemoVendor(Options options) : service_(std::make_unique<Service>(std::move(options))) {}
DemoVendor::~DemoVendor() { service_->Stop(); }
absl::StatusOr<int> DemoVendor::Start() { return service_->Start(); }
void DemoVendor::Stop() { service_->Stop(); }

}  // namespace syncline::demo_vendor
