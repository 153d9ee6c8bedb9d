#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "paging/walk.h"

namespace syncline::paging {

inline v1::Pagination ParsePagination(const std::string& text) {
  v1::Pagination pagination;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &pagination)) << text;
  return pagination;
}

inline Walk MakeWalk(const std::string& text) {
  auto walk = Walk::Make(ParsePagination(text));
  EXPECT_TRUE(walk.ok()) << base::MessageOf(walk.status());
  return *std::move(walk);
}

// "limit=2&offset=0", or the next URL.
inline std::string Ask(const Walk& walk) {
  const PageRequest request = walk.request();
  std::string text = request.next_url;
  for (const auto& [name, value] : request.query) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

// What the request has beside that: "X-A=1" for headers, "cursor=…", "values=…" of the scope.
inline std::string Beside(const Walk& walk) {
  const PageRequest request = walk.request();
  std::string text;
  const auto append = [&](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  for (const auto& [name, value] : request.headers) append(name + "=" + value);
  const Token& cursor = request.scope.cursor;
  if (!cursor.empty()) append("cursor=" + std::string(cursor.is_number ? "#" : "") + cursor.text);
  if (!request.scope.values.empty()) append("values=" + request.scope.values);
  return text;
}

// Advances over one page whose body is `response`, with the records at `records`.
inline absl::StatusOr<bool> Feed(Walk* walk, const std::string& response,
                                 const std::string& records = "items") {
  // As ResponseScope offers it: `page` is that of the request that was answered.
  std::string page = R"({"number":)" + std::to_string(walk->request().scope.number);
  const std::string values = walk->request().scope.values;
  if (!values.empty()) page += R"(,"values":)" + values;
  const auto document = json::Document::Parse(R"({"headers":{"x-total":"7"},"page":)" + page +
                                              R"(},"response":)" + response + "}");
  EXPECT_TRUE(document.ok()) << response;
  const expression::Value scope((*document)->root());
  return walk->Advance({.records = scope.Find("response").Find(records),
                        .scope = scope,
                        .resolve = [](std::string_view link) -> absl::StatusOr<std::string> {
                          return "http://vendor.example" + std::string(link);
                        },
                        .asked = *http::Url::Parse("http://vendor.example/")});
}

// {"items":[{"id":first},…]} with `count` records, and more members at the end.
inline std::string Page(int first, int count, const std::string& more = "") {
  std::string text = R"({"items":[)";
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + (R"({"id":)" + std::to_string(first + i) + "}");
  }
  return text + "]" + (more.empty() ? "" : "," + more) + "}";
}

}  // namespace syncline::paging
