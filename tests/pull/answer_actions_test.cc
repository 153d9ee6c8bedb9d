// What each action of a response rule does to a walk, and the outcome of answers that lie.
#include <gmock/gmock.h>

#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;

class AnswerActionsTest : public PullerTest {
 protected:
  std::unique_ptr<Puller> Make(const std::string& more) {
    return MakePuller(transport_, "request { url: 'http://v.example/' } " + more);
  }
  absl::StatusOr<std::string> Pull(const std::string& more) {
    const auto puller = Make(more);
    return PullIds(*puller);
  }
  std::vector<std::string> Queries() const {
    std::vector<std::string> queries;
    for (const http::Request& request : transport_.requests()) queries.push_back(request.url.query);
    return queries;
  }
  test::ScriptedTransport transport_;
};

constexpr char kOnePage[] = R"([{"id":"1"}])";

TEST_F(AnswerActionsTest, SucceedTakesAnyStatusForAPage) {
  transport_.EnqueueJson(kOnePage, 503);
  EXPECT_EQ(*Pull("response { rules { statuses: 503 action: ACTION_SUCCEED } }"), "1");
  EXPECT_TRUE(waits_.empty()) << "before the status is judged";
  transport_.Enqueue(http::Response{.status = 404, .body = "<html>"});
  EXPECT_EQ(
      base::ReasonOf(Pull("response { rules { statuses: 404 action: ACTION_SUCCEED } }").status()),
      Reason::kJsonInvalid)
      << "what is no page is an error all the same";
}

TEST_F(AnswerActionsTest, SkipIsAnEmptyPage) {
  transport_.EnqueueJson(kOnePage);
  transport_.Enqueue(http::Response{.status = 404, .body = "no such page"});
  EXPECT_EQ(*Pull("pagination { limit_page { limit: 1 } } "
                  "response { rules { statuses: 404 action: ACTION_SKIP } }"),
            "1");
}

TEST_F(AnswerActionsTest, FailEndsWithTheMessageAtOnce) {
  transport_.EnqueueJson(R"({"error":{"code":"E7","text":"no licence"}})");
  const auto outcome = Pull(
      "records: 'items' response { records_may_be_missing: true rules { when: 'response.error' "
      "action: ACTION_FAIL message: 'The vendor says {{response.error.text}}' } }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorError);
  EXPECT_EQ(base::MessageOf(outcome.status()), "The vendor says no licence");
  auto metadata = base::MetadataOf(outcome.status());
  EXPECT_EQ(metadata["rule"], "1");
  EXPECT_EQ(metadata["status"], "200");
  EXPECT_EQ(metadata["body"], R"({"error":{"code":"E7","text":"no licence"}})");
  transport_.EnqueueJson("busy", 503);
  EXPECT_FALSE(Pull("response { rules { statuses: 503 action: ACTION_FAIL } }").ok());
  EXPECT_EQ(transport_.requests().size(), 2U) << "no retry";
}

TEST_F(AnswerActionsTest, FailSaysWhatTheVendorWroteWithoutTheSecret) {
  SignFor({"v.example"});
  transport_.EnqueueJson(R"({"error":"key sentinel is wrong"})");
  const auto outcome = Pull("response { rules { when: 'response.error' action: ACTION_FAIL } }");
  EXPECT_THAT(base::MessageOf(outcome.status()),
              testing::AllOf(HasSubstr("is wrong"), testing::Not(HasSubstr("sentinel"))));
  transport_.EnqueueJson(R"({"error":"key sentinel is wrong"})");
  const auto templated = Pull(
      "response { rules { when: 'response.error' action: ACTION_FAIL "
      "message: '{{response.error}}' } }");
  EXPECT_THAT(base::MessageOf(templated.status()), testing::Not(HasSubstr("sentinel")));
}

TEST_F(AnswerActionsTest, RetryStaysWithinTheTries) {
  const std::string rule =
      "limits { attempt_count_max: 3 } response { rules { when: 'response.busy' "
      "action: ACTION_RETRY message: 'The list is being built.' } }";
  for (int i = 0; i < 2; ++i) transport_.EnqueueJson(R"({"busy":true})");
  transport_.EnqueueJson(kOnePage);
  EXPECT_EQ(*Pull(rule), "1");
  EXPECT_EQ(waits_.size(), 2U);
  EXPECT_EQ(waits_[0].message, "The list is being built.");
  for (int i = 0; i < 3; ++i) transport_.EnqueueJson(R"({"busy":true})");
  const auto outcome = Pull(rule);
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorError);
  EXPECT_THAT(base::MessageOf(outcome.status()),
              testing::AllOf(HasSubstr("is being built"), HasSubstr("3 tries")));
  EXPECT_EQ(transport_.requests().size(), 6U);
}

TEST_F(AnswerActionsTest, WaitIsNoTryAndAsLongAsItSays) {
  transport_.EnqueueJson(R"({"retry_in":9})");
  transport_.EnqueueJson(R"({"retry_in":"2026-01-01T00:00:30Z"})");
  http::Response reset = test::JsonResponse(R"({"retry_in":null})");
  reset.headers.Add("RateLimit-Reset", "30");
  transport_.Enqueue(std::move(reset));
  transport_.EnqueueJson(kOnePage);
  const base::Time begin = clock_.Now();
  EXPECT_EQ(*Pull("limits { attempt_count_max: 1 } response { rules { when: "
                  " 'type(response) == \\'object\\'' "
                  "action: ACTION_WAIT wait: 'response.retry_in' } }"),
            "1")
      << "one try, and three pauses that are none";
  ASSERT_EQ(waits_.size(), 3U);
  EXPECT_EQ(waits_[0].delay, std::chrono::seconds(9));
  EXPECT_EQ(waits_[1].delay, std::chrono::seconds(21));
  EXPECT_EQ(clock_.Now() - begin, std::chrono::minutes(1));
  for (const http::Wait& wait : waits_) EXPECT_EQ(wait.reason, Reason::kVendorThrottled);
}

TEST_F(AnswerActionsTest, ALongWaitParksTheRun) {
  transport_.EnqueueJson(R"({"until":"2026-01-01T06:00:00Z"})");
  const auto outcome = Pull(
      "response { rules { when: 'response.until' action: ACTION_WAIT wait: 'response.until' "
      "message: 'Quota used up.' } }");
  const auto park = http::ParkOf(outcome.status());
  ASSERT_TRUE(park.has_value());
  EXPECT_EQ(park->wait.reason, Reason::kVendorThrottled);
  EXPECT_EQ(park->wait.delay, std::chrono::hours(6));
  EXPECT_EQ(park->wait.message, "Quota used up.");
}

TEST_F(AnswerActionsTest, AWaitWithoutALengthIsATry) {
  for (int i = 0; i < 2; ++i) transport_.EnqueueJson("{}");
  const auto outcome = Pull(
      "limits { attempt_count_max: 2 } response { rules { statuses: 200 action: ACTION_WAIT } }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorThrottled);
  EXPECT_EQ(transport_.requests().size(), 2U);
}

TEST_F(AnswerActionsTest, RestartBeginsAtTheFirstPageAndPagesGoOnRising) {
  const std::string definition =
      "records: 'items' pagination { cursor { token { from: 'response.next' "
      "query_parameter: 'after' } } } "
      "response { rules { statuses: 410 action: ACTION_RESTART_PAGING } }";
  transport_.EnqueueJson(R"({"items":[{"id":"1"}],"next":"a"})");
  transport_.EnqueueJson("{}", 410);  // the token has ended
  transport_.EnqueueJson(R"({"items":[{"id":"1"}],"next":"b"})");
  transport_.EnqueueJson(R"({"items":[{"id":"2"}],"next":"c"})");
  auto puller = Make(definition);
  EXPECT_EQ(puller->Next({}).value()->number, 1);
  const auto again = puller->Next({});
  ASSERT_TRUE(again.ok()) << base::MessageOf(again.status());
  EXPECT_EQ((*again)->number, 2);
  // And so after a resume.
  puller = Make(definition);
  ASSERT_TRUE(puller->Resume(2, (*again)->checkpoint).ok());
  const auto third = puller->Next({});
  ASSERT_TRUE(third.ok()) << base::MessageOf(third.status());
  EXPECT_EQ((*third)->number, 3);
  EXPECT_THAT(Queries(), ElementsAre("", "after=a", "", "after=b"));
}

TEST_F(AnswerActionsTest, RestartEndsWhenItDoesNotHelp) {
  for (int i = 0; i < 4; ++i) transport_.EnqueueJson("{}", 410);
  const auto outcome = Pull("response { rules { statuses: 410 action: ACTION_RESTART_PAGING } }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorError);
  EXPECT_EQ(base::MetadataOf(outcome.status())["restarts"], "3");
  EXPECT_EQ(transport_.requests().size(), 4U);
}

TEST_F(AnswerActionsTest, APredicateSeesNoBodyInAPageForPeople) {
  transport_.Enqueue(http::Response{.status = 502, .body = "<html>Bad gateway"});
  const auto outcome = Pull(
      "limits { attempt_count_max: 1 } response { rules { when: 'response.error' "
      "action: ACTION_FAIL } }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorError);
  EXPECT_EQ(base::MetadataOf(outcome.status())["body"], "<html>Bad gateway")
      << "what came is still told, although a rule had it read";
}

TEST_F(AnswerActionsTest, APredicateThatFailsNamesItsRule) {
  transport_.EnqueueJson("[]");
  const auto outcome =
      Pull("response { rules { when: 'length(response.x) > `0`' action: ACTION_FAIL } }");
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kExpressionFailed);
  EXPECT_THAT(base::MessageOf(outcome.status()), HasSubstr("Rule 1"));
}

TEST_F(AnswerActionsTest, GraphqlErrorsAreErrors) {
  transport_.EnqueueJson(R"({"data":{"items":[]},"errors":[{"message":"no field x"}]})");
  const auto puller = MakePuller(transport_,
                                 "records: 'data.items' request { url: 'http://v.example/' "
                                 "graphql { query: '{ items { id } }' } }");
  const auto outcome = PullIds(*puller);
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kVendorError);
  EXPECT_THAT(base::MessageOf(outcome.status()), HasSubstr("no field x"));
}

// A session whose end the vendor tells with status 200.
constexpr char kSession[] = R"(
    allowed_hosts: 'v.example'
    session {
      login {
        request { url: 'http://v.example/login' method: METHOD_POST }
        capture { key: 'token' value: 'response.token' }
      }
      headers { key: 'X-Session' value: '{{session.token}}' }
    })";
constexpr char kEnded[] =
    "pagination { limit_page { limit: 1 } } records: 'items' response { "
    "rules { when: 'response.error == \\'session\\'' action: ACTION_RENEW_SIGN_IN } }";

TEST_F(AnswerActionsTest, RenewSignsInAnewAndAsksOnceMore) {
  SignWith(kSession);
  transport_.EnqueueJson(R"({"token":"t1"})");
  transport_.EnqueueJson(R"({"items":[{"id":"1"}]})");
  transport_.EnqueueJson(R"({"error":"session"})");
  transport_.EnqueueJson(R"({"token":"t2"})");
  transport_.EnqueueJson(R"({"items":[{"id":"2"}]})");
  transport_.EnqueueJson(R"({"items":[]})");
  EXPECT_EQ(*Pull(kEnded), "1,2");
  std::vector<std::string> sessions;
  for (const http::Request& request : transport_.requests()) {
    sessions.emplace_back(request.headers.Find("X-Session").value_or("login"));
  }
  EXPECT_THAT(sessions, ElementsAre("login", "t1", "t1", "login", "t2", "t2"));
}

TEST_F(AnswerActionsTest, RenewIsHadOnce) {
  SignWith(kSession);
  transport_.EnqueueJson(R"({"token":"t1"})");
  transport_.EnqueueJson(R"({"items":[{"id":"1"}]})");
  transport_.EnqueueJson(R"({"error":"session"})");
  transport_.EnqueueJson(R"({"token":"t2"})");
  transport_.EnqueueJson(R"({"error":"session"})");
  const auto outcome = Pull(kEnded);
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kAuthFailed);
  EXPECT_EQ(transport_.requests().size(), 5U);
}

TEST_F(AnswerActionsTest, RenewWithoutASignInToRenewIsAuthFailed) {
  SignFor({"v.example"});
  transport_.EnqueueJson(R"({"error":"session"})");
  const auto outcome = Pull(kEnded);
  EXPECT_EQ(base::ReasonOf(outcome.status()), Reason::kAuthFailed);
  EXPECT_EQ(base::MetadataOf(outcome.status())["rule"], "1");
  EXPECT_EQ(transport_.requests().size(), 1U);
}

struct LyingCase {
  const char* name;
  int status;
  const char* content_type;
  std::string body;
  const char* reason;
};

// Faults 20, 21, 26, 27 and 28 as one table: a walk that would otherwise end with no records and no
// error.
class LyingAnswerTest : public AnswerActionsTest, public testing::WithParamInterface<LyingCase> {};

TEST_P(LyingAnswerTest, IsANamedErrorAndNoPage) {
  const LyingCase& lie = GetParam();
  http::Response response{.status = lie.status, .body = lie.body};
  response.headers.Add("Content-Type", lie.content_type);
  transport_.Enqueue(response);
  const auto puller = Make("records: 'data.items' limits { attempt_count_max: 1 }");
  const auto page = puller->Next({});
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(base::ReasonName(base::ReasonOf(page.status())), lie.reason);
  const std::string body = base::MetadataOf(page.status())["body"];
  EXPECT_EQ(body.empty(), lie.body.empty()) << "what came instead is kept";
  EXPECT_LE(body.size(), 2'048U);
}

constexpr char kJson[] = "application/json";

INSTANTIATE_TEST_SUITE_P(
    Faults, LyingAnswerTest,
    testing::Values(
        LyingCase{"LoginPage", 200, "text/html", "<html>Sign in</html>", "UNEXPECTED_CONTENT_TYPE"},
        LyingCase{"LoginPageAsJson", 200, kJson, "<html>Sign in</html>", "JSON_INVALID"},
        LyingCase{"Empty", 200, kJson, "", "JSON_INVALID"},
        LyingCase{"Blank", 200, kJson, " \n", "JSON_INVALID"},
        LyingCase{"WrongRoot", 200, kJson, R"({"items":[]})", "RECORDS_NOT_FOUND"},
        LyingCase{"ErrorObject", 200, kJson, R"({"error":"x"})", "RECORDS_NOT_FOUND"},
        LyingCase{"RootIsList", 200, kJson, "[]", "RECORDS_NOT_FOUND"},
        LyingCase{"RootIsNull", 200, kJson, "null", "RECORDS_NOT_FOUND"},
        LyingCase{"RootIsText", 200, kJson, "\"ok\"", "RECORDS_NOT_FOUND"},
        LyingCase{"RecordsAreText", 200, kJson, R"({"data":{"items":"none"}})",
                  "RECORDS_NOT_A_LIST"},
        LyingCase{"CutOff", 200, kJson, R"({"data":{"items":[{"id":1},{"i)", "JSON_INVALID"},
        LyingCase{"Deep", 200, kJson, std::string(10'000, '['), "JSON_TOO_DEEP"},
        LyingCase{"NotUtf8", 200, kJson, "{\"data\":{\"items\":[\"\xFF\"]}}", "TEXT_INVALID"},
        LyingCase{"NotANumber", 200, kJson, R"({"data":{"items":[NaN]}})", "JSON_INVALID"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::pull
