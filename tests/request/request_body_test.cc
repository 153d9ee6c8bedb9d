#include "request/request_body.h"

#include <gmock/gmock.h>

#include "tests/request/request_fixture.h"

namespace syncline::request {
namespace {

using testing::ElementsAre;

using RequestBodyTest = RequestTest;

constexpr char kPost[] = "method: METHOD_POST ";

TEST_F(RequestBodyTest, RendersPlainText) {
  const http::Request request =
      RenderOrEmpty(std::string(kPost) + "text { content: 'id={{vars.id}}\\n' }");
  EXPECT_EQ(request.body, "id=a b\n");
  EXPECT_EQ(request.headers.Find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(
      RenderOrEmpty(std::string(kPost) + "text { content: '<a/>' content_type: 'application/xml' }")
          .headers.Find("Content-Type"),
      "application/xml");
}

TEST_F(RequestBodyTest, AHeaderOfTheDefinitionWins) {
  const http::Request request =
      RenderOrEmpty(std::string(kPost) +
                    "text { content: 'x' } headers { key: 'content-type' value: 'application/x' }");
  EXPECT_EQ(request.headers.Find("Content-Type"), "application/x");
}

TEST_F(RequestBodyTest, RendersGraphql) {
  const http::Request request = RenderOrEmpty(R"(graphql {
      query: 'query Q($n: Int, $after: String) { items(first: $n, after: $after) { id } }'
      operation_name: 'Q'
      variables {
        fields { key: 'n' value { string_value: '{{vars.n}}' } }
        fields { key: 'after' value { string_value: '{{vars.absent}}' } }
      } }
      omit_empty: true)");
  EXPECT_EQ(request.method, http::Method::kPost);
  EXPECT_EQ(request.headers.Find("Content-Type"), "application/json");
  EXPECT_EQ(
      request.body,
      R"({"query":"query Q($n: Int, $after: String) { items(first: $n, after: $after) { id } }",)"
      R"("operationName":"Q","variables":{"n":7}})");
  EXPECT_EQ(RenderOrEmpty("graphql { query: '{ a }' }").body,
            R"({"query":"{ a }","variables":{}})");
}

TEST_F(RequestBodyTest, LeavesEmptyMembersOut) {
  const std::string body = R"(body { struct_value {
      fields { key: 'a' value { string_value: '{{vars.absent}}' } }
      fields { key: 'b' value { string_value: '{{vars.empty}}' } }
      fields { key: 'c' value { string_value: '{{vars.n}}' } }
      fields { key: 'd' value { string_value: '' } }
      fields { key: 'e' value { struct_value {
        fields { key: 'f' value { string_value: 'x{{vars.absent}}' } } } } }
      fields { key: 'g' value { string_value: '{{vars.none}}' } } } } )";
  EXPECT_EQ(RenderOrEmpty(kPost + body + "omit_empty: true").body,
            R"({"d":"","e":{},"c":7,"g":[]})");
  EXPECT_THAT(Mistakes("url: 'http://v/' " + (kPost + body)), ElementsAre("body"));
  EXPECT_EQ(RenderOrEmpty(std::string(kPost) + "omit_empty: true form { key: 'a' value: "
                                               "'{{vars.absent}}' } form { key: 'b' value: '1' }")
                .body,
            "b=1");
  // A place in a list means something: it stays, and has to have a value.
  EXPECT_THAT(Mistakes("url: 'http://v/' method: METHOD_POST omit_empty: true body { list_value { "
                       "values { string_value: '{{vars.absent}}' } } }"),
              ElementsAre("body"));
}

TEST_F(RequestBodyTest, NamesWhatDoesNotGoTogether) {
  struct Case {
    const char* request;
    std::vector<std::string> fields;
  };
  const Case cases[] = {
      {"text { content: 'x' }", {"text"}},
      {"method: METHOD_GET graphql { query: '{a}' }", {"graphql"}},
      {"method: METHOD_PUT graphql { query: '{a}' }", {"method"}},
      {"method: METHOD_POST body { bool_value: true } form { key: 'a' value: 'b' } "
       "text { content: 'x' } graphql { query: '{a}' }",
       {"form", "text", "graphql"}},
      {"method: METHOD_POST text { content_type: 'a\\nb' }", {"text.contentType", "text.content"}},
      {"method: METHOD_POST text { content: '{{other}}' }", {"text.content"}},
      {"method: METHOD_POST text { content: '{{vars.absent}}' }", {"text.content"}},
      {"graphql { operation_name: '1x' variables { fields { key: 'a' value { string_value: "
       "'{{other}}' } } } }",
       {"graphql.query", "graphql.operationName", "graphql.variables"}},
      {"graphql { query: '{ a(id: {{vars.id}}) }' }", {"graphql.query"}},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(Mistakes(std::string("url: 'http://v/' ") + test.request), test.fields)
        << test.request;
  }
}

TEST_F(RequestBodyTest, BoundsTheQueryOfGraphql) {
  const auto with = [](std::size_t bytes) {
    return "url: 'http://v/' graphql { query: '" + std::string(bytes, 'x') + "' }";
  };
  EXPECT_TRUE(Render(with(RequestBody::kGraphqlBytesMax)).ok());
  EXPECT_THAT(Mistakes(with(RequestBody::kGraphqlBytesMax + 1)), ElementsAre("graphql.query"));
}

}  // namespace
}  // namespace syncline::request
