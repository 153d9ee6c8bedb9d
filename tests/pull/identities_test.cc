// A credential of several identities: the list is walked once with each.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/auth/scripted_aws.h"
#include "tests/pull/puller_fixture.h"

namespace syncline::pull {
namespace {

using test::ScriptedAws;
using testing::HasSubstr;

constexpr const char* kA = "arn:aws:iam::111111111111:role/a";
constexpr const char* kB = "arn:aws:iam::222222222222:role/b";
constexpr const char* kC = "arn:aws:iam::333333333333:role/c";

// Three users for each account but B, whose list is empty; two a page by a marker.
class IdentitiesTest : public testing::Test {
 protected:
  std::unique_ptr<Puller> Make(const std::string& roles) {
    v1::Credential credential;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        fmt::format("allowed_hosts: ['iam.amazonaws.com', 'sts.us-east-1.amazonaws.com'] "
                    "aws {{ access_key_id: '{}' {} }}",
                    ScriptedAws::kKeyId, roles),
        &credential));
    auth::SecretMap secrets;
    secrets.emplace("aws.secret_access_key", secret::Secret(ScriptedAws::kSecret));
    auto made = Puller::Make(
        {.integration = ParseIntegration(
             "request { url: 'https://iam.amazonaws.com/?Action=ListUsers' } records: 'users' "
             "pagination { cursor { token { from: 'response.marker' query_parameter: 'Marker' } } "
             "}" +
             limits_),
         .authenticator = *auth::MakeAuthenticator(
             credential, secrets, {.transport = aws_, .clock = clock_, .random = random_}),
         .transport = aws_,
         .clock = clock_,
         .random = random_,
         .run_start = clock_.Now()});
    EXPECT_TRUE(made.ok()) << base::MessageOf(made.status());
    return *std::move(made);
  }
  static std::string Roles(std::initializer_list<const char*> arns, bool own = false) {
    std::string text = own ? "include_own_account: true " : "";
    for (const char* arn : arns) text += fmt::format("roles {{ arn: '{}' }} ", arn);
    return text;
  }

  http::Response List(const http::Request& request, const std::string& account) {
    if (account == denied_) return {.status = 403, .body = "<Code>AccessDenied</Code>"};
    const bool second = request.url.query.find("Marker") != std::string::npos;
    const std::string name = account == "own" ? "own" : account.substr(account.size() - 1);
    std::string body =
        fmt::format(R"({{"users":[{{"id":"{0}1"}},{{"id":"{0}2"}}],"marker":"m"}})", name);
    if (second) body = fmt::format(R"({{"users":[{{"id":"{}3"}}],"marker":null}})", name);
    if (account == kB) body = R"({"users":[],"marker":null})";
    http::Response answer{.status = 200, .body = body};
    answer.headers.Add("Content-Type", "application/json");
    return answer;
  }

  // "number:ids" of every page; a refused identity as "number!ARN REASON"; the last with "."
  // or, when partial, with "?".
  static std::string Describe(const Page& page) {
    std::string text = fmt::format("{}{}", page.number, page.refusal.has_value() ? "!" : ":");
    if (page.refusal.has_value()) {
      text += page.refusal->identity + " " + page.refusal->error.reason;
    }
    page.records.ForEachElement([&](const expression::Value& record) {
      text += std::string(record.Find("id").text()) + ",";
    });
    if (page.last) text += page.partial ? "?" : ".";
    return text + " ";
  }
  static std::string PullAll(Puller& puller) {
    std::string text;
    while (true) {
      const auto page = puller.Next({});
      if (!page.ok()) return text + std::string(base::ReasonName(base::ReasonOf(page.status())));
      if (!page->has_value()) return text;
      EXPECT_EQ((*page)->checkpoint.empty(), (*page)->last);
      text += Describe(**page);
    }
  }

  test::FakeClock clock_{test::FakeClock::Waits::kJump};
  base::SeededRandom random_{1};
  std::string denied_;
  std::string limits_;
  ScriptedAws aws_{clock_, [this](const http::Request& request, const std::string& account) {
                     return List(request, account);
                   }};
};

TEST_F(IdentitiesTest, WalkTheListOneAfterTheOther) {
  const auto puller = Make(Roles({kA, kC}, true));
  EXPECT_EQ(PullAll(*puller), "1:a1,a2, 2:a3, 3:c1,c2, 4:c3, 5:own1,own2, 6:own3,. ");
}

TEST_F(IdentitiesTest, AnEmptyOneEndsNoOther) {
  EXPECT_EQ(PullAll(*Make(Roles({kA, kB, kC}))), "1:a1,a2, 2:a3, 3: 4:c1,c2, 5:c3,. ");
  EXPECT_EQ(PullAll(*Make(Roles({kB}))), "1:. ");
}

TEST_F(IdentitiesTest, ARefusedOneIsReportedAndEndsNoOther) {
  aws_.refused[kB] = {"AccessDenied", 403};
  EXPECT_EQ(PullAll(*Make(Roles({kB, kA}))),
            fmt::format("1!{} SIGN_IN_FAILED 2:a1,a2, 3:a3,? ", kB));
  EXPECT_EQ(PullAll(*Make(Roles({kA, kB}))),
            fmt::format("1:a1,a2, 2:a3, 3!{} SIGN_IN_FAILED? ", kB));
  denied_ = kC;
  EXPECT_EQ(PullAll(*Make(Roles({kA, kC}))), fmt::format("1:a1,a2, 2:a3, 3!{} AUTH_FAILED? ", kC));
  denied_ = "own";
  EXPECT_EQ(PullAll(*Make(Roles({kA}, true))),
            "1:a1,a2, 2:a3, 3!the account of the access key AKIDEXAMPLE AUTH_FAILED? ");
}

TEST_F(IdentitiesTest, TheRefusalSaysWhy) {
  aws_.refused[kA] = {"AccessDenied", 403};
  const auto page = Make(Roles({kA, kC}))->Next({});
  ASSERT_TRUE(page.ok() && page->has_value());
  const model::RunError& error = (*page)->refusal->error;
  EXPECT_THAT(error.message, HasSubstr(kA));
  EXPECT_EQ(error.metadata.at("code"), "AccessDenied");
}

TEST_F(IdentitiesTest, WhenAllAreRefusedTheRunFails) {
  aws_.refused[kA] = {"AccessDenied", 403};
  denied_ = kC;
  EXPECT_EQ(PullAll(*Make(Roles({kA, kC}))), fmt::format("1!{} SIGN_IN_FAILED AUTH_FAILED", kA));
  EXPECT_EQ(PullAll(*Make(Roles({kA}))), "SIGN_IN_FAILED");
}

TEST_F(IdentitiesTest, EachHasAStateOfItsOwn) {
  limits_ = "incremental { run_start: true }";
  const auto puller = Make(Roles({kA, kC}));
  std::vector<std::string> states;
  while (true) {
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    if (!page->has_value()) break;
    for (const auto& state : (*page)->states) {
      states.push_back(fmt::format("{}:{}", (*page)->number, state.partition));
    }
  }
  EXPECT_EQ(states, (std::vector<std::string>{fmt::format("2:{}", kA), fmt::format("4:{}", kC)}));
}

TEST_F(IdentitiesTest, OtherErrorsEndTheRun) {
  aws_.refused[kA] = {"InternalFailure", 500};
  EXPECT_EQ(PullAll(*Make(Roles({kA, kC}))), "VENDOR_UNREACHABLE");
}

TEST_F(IdentitiesTest, ResumeGoesOnAtEveryPage) {
  aws_.refused[kB] = {"AccessDenied", 403};
  const std::string roles = Roles({kA, kB, kC}, true);
  const std::string whole = PullAll(*Make(roles));
  std::string pieces;
  std::string checkpoint;
  for (std::int64_t pages = 0;; ++pages) {
    const auto puller = Make(roles);
    ASSERT_TRUE(puller->Resume(pages, checkpoint).ok()) << checkpoint;
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    if (!page->has_value()) break;
    pieces += Describe(**page);
    checkpoint = (*page)->checkpoint;
  }
  EXPECT_EQ(pieces, whole);
  EXPECT_THAT(whole, HasSubstr("?")) << "the refusal is remembered to the end";
}

TEST_F(IdentitiesTest, AResumeWithOtherRolesIsRefused) {
  const auto puller = Make(Roles({kA, kC}));
  const auto page = puller->Next({});
  const std::string checkpoint = (*page)->checkpoint;
  EXPECT_TRUE(Make(Roles({kA, kB}))->Resume(1, checkpoint).ok()) << "the same one goes on";
  for (const std::string& roles : {Roles({kB, kA}), Roles({kB, kC})}) {
    EXPECT_EQ(base::ReasonOf(Make(roles)->Resume(1, checkpoint)), base::Reason::kSignInFailed);
  }
  const auto single = Make("");
  const auto first = single->Next({});
  EXPECT_EQ(base::ReasonOf(Make(Roles({kA, kC}))->Resume(1, (*first)->checkpoint)),
            base::Reason::kSignInFailed);
}

TEST_F(IdentitiesTest, ThePageLimitIsForAllTogether) {
  limits_ = "limits { page_count_max: 3 }";
  EXPECT_EQ(PullAll(*Make(Roles({kA, kC}))), "1:a1,a2, 2:a3, 3:c1,c2, PAGE_LIMIT_REACHED");
}

}  // namespace
}  // namespace syncline::pull
