#include "pull/list_walk.h"

#include <gmock/gmock.h>

#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using test::ScriptedTransport;

// A list that stands anywhere in a definition: with names of its place, and no integration around
// it.
class ListWalkTest : public testing::Test {
 protected:
  static absl::StatusOr<std::shared_ptr<const List>> Compile(const std::string& integration) {
    const v1::Integration parsed = ParseIntegration(integration);
    const expression::Scope example = SiteNames("7");
    List::Definition definition{.request = parsed.request(), .records = parsed.records()};
    if (parsed.has_pagination()) definition.pagination = parsed.pagination();
    return List::Compile(definition, {.names = {"site"}, .example = example});
  }
  static expression::Scope SiteNames(std::string_view site) {
    expression::Scope names;
    names.Set("site", expression::Value::String(site));
    return names;
  }
  ListWalk Begin(std::string_view site) {
    auto walk = ListWalk::Begin(list_, {.client = client_, .run = run_, .names = SiteNames(site)});
    EXPECT_TRUE(walk.ok()) << base::MessageOf(walk.status());
    return *std::move(walk);
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  ScriptedTransport transport_;
  VendorClient client_{{.authenticator = auth::MakeNoAuthenticator(),
                        .transport = transport_,
                        .clock = clock_,
                        .random = random_,
                        .limits = {},
                        .on_wait = {},
                        .backoff = {},
                        .user_agent = "Syncline/test"}};
  const RunScope run_{{}, clock_.Now()};
  std::shared_ptr<const List> list_ = *Compile(R"(
      request { url: 'http://v.example/sites/{{site}}/devices' }
      pagination { limit_page { limit: 1 } })");
};

TEST_F(ListWalkTest, RendersWithTheNamesOfItsPlace) {
  transport_.EnqueueJson(R"([{"id":"a"}])");
  transport_.EnqueueJson("[]");
  ListWalk walk = Begin("a b");
  EXPECT_FALSE(walk.Next({})->last);
  EXPECT_EQ(walk.page_number(), 2);
  const auto page = walk.Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_TRUE(page->last);
  EXPECT_EQ(page->records.size(), 0U);
  EXPECT_EQ(transport_.requests().at(1).url.ToString(),
            "http://v.example/sites/a%20b/devices?limit=1&page=2");
}

TEST_F(ListWalkTest, AFailedPageMayBeAskedForAgain) {
  transport_.EnqueueJson(R"({"id":"a"})");
  transport_.EnqueueJson(R"([{"id":"a"}])");
  ListWalk walk = Begin("7");
  EXPECT_EQ(base::ReasonOf(walk.Next({}).status()), base::Reason::kRecordsNotAList);
  EXPECT_EQ(walk.page_number(), 1);
  EXPECT_TRUE(walk.Next({}).ok());
  EXPECT_EQ(transport_.requests().at(1).url.query, "limit=1&page=1");
}

TEST_F(ListWalkTest, WalksOfOneListKeepApart) {
  for (int i = 0; i < 3; ++i) transport_.EnqueueJson(R"([{"id":"a"}])");
  ListWalk one = Begin("1");
  EXPECT_TRUE(one.Next({}).ok());
  ListWalk two = Begin("2");
  EXPECT_TRUE(two.Next({}).ok());
  ListWalk resumed = Begin("1");
  ASSERT_TRUE(resumed.Restore(one.Checkpoint()).ok());
  EXPECT_EQ(resumed.page_number(), 2);
  EXPECT_EQ(two.page_number(), 2);
  EXPECT_EQ(base::ReasonOf(resumed.Restore("{}")), base::Reason::kInternal);
}

TEST_F(ListWalkTest, MistakesAreNamedByWhereTheListStands) {
  const absl::Status status = Compile(R"(
      request { url: 'http://v.example/{{vars.x}}' }
      records: 'a.'
      pagination { limit_page {} })")
                                  .status();
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::ElementsAre("request.url", "pagination.limitPage.limit", "records"));
}

}  // namespace
}  // namespace syncline::pull
