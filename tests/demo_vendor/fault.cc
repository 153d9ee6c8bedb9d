#include "tests/demo_vendor/fault.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "tests/demo_vendor/gzip.h"

namespace syncline::demo_vendor {
namespace {

constexpr int kDeepLevels = 100'000;
constexpr std::int64_t kBombMebibytes = 1'024;

// Replaces the text after the first `key` up to the next comma.
void SpoilValue(Answer& answer, std::string_view key, std::string_view value) {
  answer.owned = std::string(answer.slice);
  const std::size_t at = answer.owned.find(key);
  if (at != std::string::npos) {
    const std::size_t begin = at + key.size();
    answer.owned.replace(begin, answer.owned.find(',', begin) - begin, value);
  }
  answer.slice = answer.owned;
}

void Replace(Answer& answer, std::string body) {
  answer.head = std::move(body);
  answer.slice = {};
  answer.tail.clear();
}

void ReplaceFacts(Answer& answer, std::string facts) { answer.tail = fmt::format("],{}}}", facts); }

struct Fault {
  std::string_view name;
  std::string_view description;
  void (*apply)(const PageRequest& request, const RecordList& list, Answer& answer);
};

using Request = const PageRequest&;
using List = const RecordList&;

const Fault kFaults[] = {
    {"throttle", "429 with Retry-After: 1",
     [](Request, List, Answer& a) {
       a = TextAnswer(429, R"({"error":"slow down"})");
       a.headers.emplace("Retry-After", "1");
     }},
    {"error500", "500 with a JSON body",
     [](Request, List, Answer& a) { a = TextAnswer(500, R"({"error":"internal"})"); }},
    {"forbidden", "403",
     [](Request, List, Answer& a) { a = TextAnswer(403, R"({"error":"no"})"); }},
    {"truncated", "half of the body, then the connection is cut",
     [](Request, List, Answer& a) { a.sent_max = a.length() / 2; }},
    {"cut_json", "half of the body as a whole answer",
     [](Request, List, Answer& a) {
       Replace(a, a.head + std::string(a.slice.substr(0, a.slice.size() / 2)));
     }},
    {"closed", "the connection is cut before the first byte of the body",
     [](Request, List, Answer& a) { a.sent_max = 0; }},
    {"html", "200 with an HTML page",
     [](Request, List, Answer& a) {
       a = TextAnswer(200, "<html><body>Sign in</body></html>", "text/html; charset=utf-8");
     }},
    {"html_as_json", "an HTML page that says it is JSON",
     [](Request, List, Answer& a) { a = TextAnswer(200, "<html><body>Sign in</body></html>"); }},
    {"empty", "200 without a body", [](Request, List, Answer& a) { Replace(a, ""); }},
    {"no_records", "the member `items` is missing",
     [](Request, List, Answer& a) { Replace(a, R"({"total":0})"); }},
    {"records_object", "`items` is an object",
     [](Request, List, Answer& a) { Replace(a, R"({"items":{"a":1},"total":1})"); }},
    {"repeat", "from here on the page before, again and again",
     [](Request r, List, Answer& a) {
       const std::int64_t at = std::max<std::int64_t>(0, r.Number("fault_at", 0) - 1);
       a.slice = a.list->Slice(at * r.limit, r.limit);
       if (r.paging == Paging::kCursor)
         ReplaceFacts(a, fmt::format(R"("meta":{{"next":"c{}"}})", r.offset + r.limit));
     }},
    {"same_token", "the cursor that was asked for comes back as the next one",
     [](Request r, List, Answer& a) {
       ReplaceFacts(a, fmt::format(R"("meta":{{"next":"c{}"}})", r.offset));
     }},
    {"endless", "new records and a new cursor for ever",
     [](Request r, List l, Answer& a) {
       a.owned.clear();
       for (std::int64_t i = 0; i < r.limit; ++i) {
         a.owned += i == 0 ? "" : ",";
         a.owned += l.Text({.number = 1'000'000 + r.offset + i});
       }
       a.slice = a.owned;
       ReplaceFacts(a, fmt::format(R"("meta":{{"next":"c{}"}})", r.offset + r.limit));
     }},
    {"gzip_bomb", "a gzip body of 1 MB that unpacks to 1 GiB",
     [](Request, List, Answer& a) {
       Replace(a, GzipBomb(kBombMebibytes));
       a.headers.emplace("Content-Encoding", "gzip");
     }},
    {"bad_gzip", "says gzip, is none",
     [](Request, List, Answer& a) { a.headers.emplace("Content-Encoding", "gzip"); }},
    {"deep", "a record of 100,000 nested lists",
     [](Request, List, Answer& a) {
       a.owned = fmt::format(R"({{"id":"deep","value":{}{}}})", std::string(kDeepLevels, '['),
                             std::string(kDeepLevels, ']'));
       a.slice = a.owned;
     }},
    {"null_character", "\\u0000 in the first record's asset_tag",
     [](Request, List, Answer& a) { SpoilValue(a, R"("asset_tag":)", R"("a\u0000b")"); }},
    {"lone_surrogate", "\\ud800 in the first record's asset_tag",
     [](Request, List, Answer& a) { SpoilValue(a, R"("asset_tag":)", R"("a\ud800b")"); }},
    {"bad_utf8", "bytes that are not UTF-8 in the first record's asset_tag",
     [](Request, List, Answer& a) { SpoilValue(a, R"("asset_tag":)", "\"a\xff\xfe\xc0\x80z\""); }},
    {"big_integer", "2^63 as the first record's warranty_days",
     [](Request, List, Answer& a) { SpoilValue(a, R"("warranty_days":)", "9223372036854775808"); }},
    {"huge_number", "1e400 as the first record's warranty_days",
     [](Request, List, Answer& a) { SpoilValue(a, R"("warranty_days":)", "1e400"); }},
    {"monster_number", "1e999999999 as the first record's warranty_days",
     [](Request, List, Answer& a) { SpoilValue(a, R"("warranty_days":)", "1e999999999"); }},
    {"no_id", "the first record has no id",
     [](Request, List, Answer& a) { SpoilValue(a, R"("id":)", "null"); }},
    {"redirect", "302 to another host",
     [](Request, List, Answer& a) {
       a = TextAnswer(302, "{}");
       a.headers.emplace("Location", "http://localhost.invalid/elsewhere");
     }},
    {"next_elsewhere", "the next URL is on another host",
     [](Request, List, Answer& a) {
       ReplaceFacts(a, R"("links":{"next":"http://169.254.169.254/latest/meta-data"})");
     }},
    {"drip", "16 bytes at a time, 20 ms apart",
     [](Request, List, Answer& a) { a.drip = std::chrono::milliseconds(20); }},
};

const Fault* FindFault(std::string_view name) {
  for (const Fault& fault : kFaults) {
    if (fault.name == name) return &fault;
  }
  return nullptr;
}

bool LastsFromItsPageOn(std::string_view name) { return name == "repeat" || name == "endless"; }

}  // namespace

Answer Faults::Render(const PageRequest& request, const RecordList& list) {
  Answer answer = RenderPage(request, list.rendered());
  const std::string name = request.Parameter("fault");
  if (!name.empty()) {
    const Fault* fault = FindFault(name);
    if (fault == nullptr) return TextAnswer(400, R"({"error":"unknown fault"})");
    if (IsDue(request)) fault->apply(request, list, answer);
  }
  answer.delay = std::chrono::milliseconds(
      std::clamp<std::int64_t>(request.Number("delay_ms", 0), 0, 600'000));
  return answer;
}

bool Faults::IsDue(const PageRequest& request) {
  const std::int64_t at = request.Number("fault_at", 0);
  if (LastsFromItsPageOn(request.Parameter("fault")) ? request.index() < at : request.index() != at)
    return false;
  const std::int64_t times = request.Number("fault_times", -1);
  if (times < 0) return true;
  const std::string key = fmt::format("{}|{}|{}|{}", request.path, request.Parameter("fault"),
                                      request.Parameter("fault_key"), request.index());
  const std::lock_guard lock(mutex_);
  if (counters_.size() >= kCountersMax) counters_.clear();
  return counters_[key]++ < times;
}

std::string Faults::Describe() {
  std::string out;
  for (const Fault& fault : kFaults)
    out += fmt::format("  {:<15} {}\n", fault.name, fault.description);
  return out;
}

}  // namespace syncline::demo_vendor
