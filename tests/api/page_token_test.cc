#include "api/page_token.h"

#include <gtest/gtest.h>

#include "secret/keyring.h"
#include "syncline/v1/object_service.pb.h"

namespace syncline::api {
namespace {

using base::Reason;

class PageTokenTest : public ::testing::Test {
 protected:
  static v1::ListObjectsRequest Request(const std::string& filter, const std::string& token = "",
                                        int size = 0) {
    v1::ListObjectsRequest request;
    request.set_parent("workspaces/default/objectTypes/user");
    request.set_filter(filter);
    request.set_page_token(token);
    request.set_page_size(size);
    return request;
  }

  const secret::TokenSealer sealer_{secret::Secret(std::string(32, 't'))};
  const PageTokens tokens_{sealer_};
};

TEST_F(PageTokenTest, SizesAreDefaultedCutAndRefused) {
  EXPECT_EQ(tokens_.Open(Request("", "", 0))->size, 50);
  EXPECT_EQ(tokens_.Open(Request("", "", 7))->size, 7);
  EXPECT_EQ(tokens_.Open(Request("", "", 1'000'000))->size, 1'000);
  const absl::Status negative = tokens_.Open(Request("", "", -1)).status();
  EXPECT_EQ(base::ReasonOf(negative), Reason::kInvalidArgument);
  EXPECT_EQ(base::FieldViolationsOf(negative)[0].field, "pageSize");
}

TEST_F(PageTokenTest, OpensForTheSameRequestWithAnotherPageSize) {
  const std::string token = tokens_.Next(Request("a = 1"), "4711");
  EXPECT_EQ(tokens_.Open(Request("a = 1", token, 3))->after, "4711");
}

TEST_F(PageTokenTest, IsRefusedForAnotherRequestOrWhenAltered) {
  const std::string token = tokens_.Next(Request("a = 1"), "4711");
  std::string altered = token;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  for (const auto& request : {Request("a = 2", token), Request("", token),
                              Request("a = 1", altered), Request("a = 1", "made up")}) {
    EXPECT_EQ(base::ReasonOf(tokens_.Open(request).status()), Reason::kPageTokenInvalid);
  }
  v1::ListObjectChangesRequest other;
  other.set_parent("workspaces/default/objectTypes/user");
  other.set_page_token(tokens_.Next(Request(""), "1"));
  EXPECT_EQ(base::ReasonOf(tokens_.Open(other).status()), Reason::kPageTokenInvalid);
}

TEST_F(PageTokenTest, ListPageEndsWithoutATokenExactlyAtTheEnd) {
  const auto list = [&](const v1::ListObjectsRequest& request) {
    return ListPage<v1::ListObjectsResponse>(
        tokens_, request, &v1::ListObjectsResponse::mutable_objects,
        [](const std::string& after, int limit) -> absl::StatusOr<std::vector<v1::Object>> {
          std::vector<v1::Object> objects;
          for (int i = after.empty() ? 1 : std::stoi(after) + 1; i <= 6 && limit > 0;
               ++i, --limit) {
            objects.emplace_back().set_name("o/" + std::to_string(i));
          }
          return objects;
        },
        [](const v1::Object& object) { return LastId(object.name()); });
  };
  const auto first = list(Request("", "", 3));
  ASSERT_EQ(first->objects_size(), 3);
  const auto second = list(Request("", first->next_page_token(), 3));
  ASSERT_EQ(second->objects_size(), 3);
  EXPECT_EQ(second->objects(0).name(), "o/4");
  EXPECT_EQ(second->next_page_token(), "");
}

}  // namespace
}  // namespace syncline::api
