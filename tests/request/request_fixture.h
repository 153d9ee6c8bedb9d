#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "json/document.h"
#include "request/request_template.h"

namespace syncline::request {

// A place whose templates see these `vars`.
class RequestTest : public testing::Test {
 protected:
  RequestTest() { scope_.Set("vars", expression::Value(vars_->root())); }
  absl::StatusOr<http::Request> Render(const std::string& text, bool may_sign_in = false) const {
    v1::Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    SYNCLINE_ASSIGN_OR_RETURN(
        const RequestTemplate compiled,
        RequestTemplate::Compile(
            request, {.names = {"vars"}, .example = scope_.value(), .may_sign_in = may_sign_in}));
    return compiled.Render(scope_.value(), base::Time());
  }
  // The request to http://v/ with `rest`, or an empty one.
  http::Request RenderOrEmpty(const std::string& rest) const {
    const auto request = Render("url: 'http://v/' " + rest);
    EXPECT_TRUE(request.ok()) << rest << ": " << base::MessageOf(request.status());
    return request.ok() ? *request : http::Request{};
  }
  std::vector<std::string> Mistakes(const std::string& text) const {
    std::vector<std::string> fields;
    for (const auto& violation : base::FieldViolationsOf(Render(text).status())) {
      fields.push_back(violation.field);
    }
    return fields;
  }

 private:
  std::shared_ptr<const json::Document> vars_ = *json::Document::Parse(
      R"({"id": "a b", "n": 7, "empty": "", "ids": ["a,b", 2, true], "none": [],
          "gaps": [1, null, "", 2], "deep": [[1]]})");
  expression::Scope scope_;
};

}  // namespace syncline::request
