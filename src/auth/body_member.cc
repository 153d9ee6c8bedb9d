#include "auth/body_member.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/status.h"
#include "json/document.h"

namespace syncline::auth {
namespace {

absl::Status Refused(std::string_view path, std::string_view why) {
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("The credential's token goes into the body, as \"{}\", but {}.", path, why));
}

std::string_view MediaTypeOf(const http::Request& request) {
  const std::string_view type = request.headers.Find("Content-Type").value_or("");
  return type.substr(0, type.find(';'));
}

// Writes objects again with one member set. Depth is that of the path.
class MemberWriter {
 public:
  MemberWriter(std::string_view path, std::string_view text) : path_(path), text_(text) {}

  absl::Status Write(json::Node object, std::string_view rest, std::string* out) const {
    const auto [name, deeper] = Split(rest);
    bool done = false;
    out->push_back('{');
    json::Node at = object;
    for (std::uint32_t i = 0; i < object.size(); ++i) {
      const json::Node key = i == 0 ? at.first() : at.next();
      at = key.next();
      if (key.text() == name && std::exchange(done, true)) continue;  // a repeated key
      AppendKey(key.text(), out);
      if (key.text() != name) {
        json::AppendJson(at, out);
      } else if (deeper.empty()) {
        json::AppendJsonString(text_, out);
      } else if (at.kind() == json::Kind::kObject) {
        SYNCLINE_RETURN_IF_ERROR(Write(at, deeper, out));
      } else {
        return Refused(path_, fmt::format("\"{}\" is no object there: take it out of the "
                                          "integration's request.body or change apiToken.body",
                                          name));
      }
    }
    if (!done) {
      AppendKey(name, out);
      WriteNew(deeper, out);
    }
    out->push_back('}');
    return absl::OkStatus();
  }

 private:
  static std::pair<std::string_view, std::string_view> Split(std::string_view path) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return {path, {}};
    return {path.substr(0, dot), path.substr(dot + 1)};
  }

  static void AppendKey(std::string_view key, std::string* out) {
    if (out->back() != '{') out->push_back(',');
    json::AppendJsonString(key, out);
    out->push_back(':');
  }

  // What stands at the end of a path that nothing of leads there yet.
  void WriteNew(std::string_view rest, std::string* out) const {
    std::size_t open = 0;
    for (; !rest.empty(); ++open) {
      const auto [name, deeper] = Split(rest);
      out->push_back('{');
      AppendKey(name, out);
      rest = deeper;
    }
    json::AppendJsonString(text_, out);
    out->append(open, '}');
  }

  const std::string_view path_;
  const std::string_view text_;
};

}  // namespace

absl::Status SetBodyMember(std::string_view path, std::string_view text, http::Request* request) {
  if (http::EqualsIgnoringCase(MediaTypeOf(*request), "application/x-www-form-urlencoded")) {
    http::Url form;  // a form reads as a query does
    form.query = std::move(request->body);
    http::SetQueryParameter(&form, path, text);
    request->body = std::move(form.query);
    return absl::OkStatus();
  }
  if (request->body.empty()) {
    return Refused(path,
                   "this request has none: give the integration method POST and a request.body "
                   "({} will do) or a request.form");
  }
  const auto document = json::Document::Parse(request->body);
  if (!document.ok() || (*document)->root().kind() != json::Kind::kObject) {
    return Refused(path, "it is no JSON object: make the integration's request.body one");
  }
  std::string body;
  body.reserve(request->body.size() + path.size() + text.size() + 16);
  SYNCLINE_RETURN_IF_ERROR(MemberWriter(path, text).Write((*document)->root(), path, &body));
  request->body = std::move(body);
  return absl::OkStatus();
}

}  // namespace syncline::auth
