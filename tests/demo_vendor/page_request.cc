#include "tests/demo_vendor/page_request.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "fmt/format.h"

namespace syncline::demo_vendor {
namespace {

// The members after the records: what a caller needs to page on.
std::string Facts(const PageRequest& request, std::int64_t total) {
  const std::int64_t next = request.offset + request.limit;
  const bool more = next < total;
  switch (request.paging) {
    case Paging::kAll:
    case Paging::kOffset: return fmt::format(R"("total":{})", total);
    case Paging::kPage:
      return fmt::format(R"("total":{},"page":{},"page_count":{})", total, request.index() + 1,
                         (total + request.limit - 1) / request.limit);
    case Paging::kCursor:
      return more ? fmt::format(R"("total":{},"meta":{{"next":"c{}"}})", total, next)
                  : fmt::format(R"("total":{},"meta":{{"next":null}})", total);
    case Paging::kNext: {
      if (!more) return fmt::format(R"("total":{},"links":{{"next":null}})", total);
      std::string url = request.Parameter("relative") == "1"
                            ? request.path
                            : fmt::format("http://{}{}", request.host, request.path);
      url += fmt::format("?cursor=c{}&limit={}", next, request.limit);
      for (const auto& [name, value] : request.parameters) {
        if (name != "cursor" && name != "limit" && name != "api_key")
          url += fmt::format("&{}={}", name, value);
      }
      return fmt::format(R"("total":{},"links":{{"next":"{}"}})", total, url);
    }
  }
  return "";
}

}  // namespace

std::string PageRequest::Parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::int64_t PageRequest::Number(const std::string& name, std::int64_t fallback) const {
  const std::string text = Parameter(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() ? value
                                                                                   : fallback;
}

bool ReadPosition(PageRequest& request) {
  request.limit = request.Number("limit", 100);
  if (request.limit < 1 || request.limit > kLimitMax) return false;
  switch (request.paging) {
    case Paging::kAll: request.limit = std::numeric_limits<std::int32_t>::max(); return true;
    case Paging::kOffset: request.offset = request.Number("offset", 0); break;
    case Paging::kPage: request.offset = (request.Number("page", 1) - 1) * request.limit; break;
    case Paging::kCursor:
    case Paging::kNext: {
      const std::string cursor = request.Parameter("cursor");
      if (cursor.empty() || cursor == "null") return true;
      if (cursor[0] != 'c') return false;
      PageRequest token;
      token.parameters["offset"] = cursor.substr(1);
      request.offset = token.Number("offset", -1);
      break;
    }
  }
  return request.offset >= 0;
}

std::string JsonMember(std::string_view body, std::string_view name) {
  const std::string key = fmt::format("\"{}\"", name);
  std::size_t at = body.find(key);
  if (at == std::string_view::npos) return "";
  at = body.find_first_not_of(" \t\r\n:", at + key.size());
  if (at == std::string_view::npos) return "";
  if (body[at] == '"') {
    const std::size_t end = body.find('"', at + 1);
    return std::string(body.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
  }
  return std::string(body.substr(at, body.find_first_of(",} \t\r\n", at) - at));
}

Answer TextAnswer(int status, std::string body, std::string content_type) {
  Answer answer;
  answer.status = status;
  answer.content_type = std::move(content_type);
  answer.head = std::move(body);
  return answer;
}

Answer RenderPage(const PageRequest& request, std::shared_ptr<const RenderedList> list) {
  Answer answer;
  answer.slice = list->Slice(request.offset, request.limit);
  if (request.paging == Paging::kAll) {
    answer.head = "[";
    answer.tail = "]";
  } else {
    answer.head = R"({"items":[)";
    answer.tail = fmt::format("],{}}}", Facts(request, list->size()));
  }
  answer.list = std::move(list);
  return answer;
}

}  // namespace syncline::demo_vendor
