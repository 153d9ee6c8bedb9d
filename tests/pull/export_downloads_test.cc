// The parts of an export by URL: where they may lead, what goes with them, and links that expire.
#include <gmock/gmock.h>

#include "tests/pull/export_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ExportDownloadsTest : public ExportTest {
 protected:
  ExportDownloadsTest() { SignFor({"v.example", "api.example"}); }

  static std::string ByUrl(const std::string& more = "") {
    return "request { headers { key: 'X-Tenant' value: 't-{{job}}' } } export_job { "
           "create { method: METHOD_POST url: 'https://v.example/exports' } job: 'response.id' "
           "poll { url: 'https://v.example/exports/{{job}}' } ready_when: 'response.urls' "
           "download_urls: 'response.urls' download_hosts: 'files.example' " +
           more + "}";
  }
  void Serve(const std::string& urls) {
    On("POST /exports", R"({"id":"e1"})");
    On("GET /exports/e1", R"({"urls":)" + urls + "}");
  }
  // "asked X-Key X-Tenant" of what was sent last.
  std::string LastSent() const {
    const http::Request request = exporting_.requests().back();
    return NameOf(request) + " " + std::string(request.headers.Find("X-Key").value_or("-")) + " " +
           std::string(request.headers.Find("X-Tenant").value_or("-"));
  }
};

TEST_F(ExportDownloadsTest, ThoseOfTheVendorAreSigned) {
  Serve(R"(["/files/1","https://api.example/files/2?x=1"])");
  On("GET /files/1", R"([{"id":"a"}])");
  On("GET https://api.example/files/2?x=1", R"([{"id":"b"}])");
  const auto puller = MakeExport(ByUrl());
  ASSERT_TRUE(puller->Next({}).ok());
  ASSERT_TRUE(puller->Next({}).ok());
  EXPECT_EQ(LastSent(), "GET /files/1 sentinel t-e1");
  ASSERT_TRUE(puller->Next({}).ok());
  EXPECT_EQ(LastSent(), "GET https://api.example/files/2?x=1 sentinel t-e1");
}

TEST_F(ExportDownloadsTest, ThoseOfAFileStoreGetNoSignIn) {
  Serve(R"("https://files.example/1?sig=abc")");  // one that is no list
  On("GET https://files.example/1?sig=abc", R"([{"id":"a"}])");
  EXPECT_EQ(PullAll(*MakeExport(ByUrl())), "1: 2:a.");
  EXPECT_EQ(LastSent(), "GET https://files.example/1?sig=abc - -");
}

TEST_F(ExportDownloadsTest, ADownloadHostIsUnsignedEvenIfTheCredentialNamesIt) {
  Serve(R"(["https://api.example/1"])");
  On("GET https://api.example/1", R"([{"id":"a"}])");
  EXPECT_EQ(PullAll(*MakeExport(ByUrl("download_hosts: 'api.example'"))), "1: 2:a.");
  EXPECT_EQ(LastSent(), "GET https://api.example/1 - -");
}

TEST_F(ExportDownloadsTest, ADownloadMayBeRedirectedToAFileStore) {
  Serve(R"(["/files/1"])");
  http::Response redirect{.status = 302};
  redirect.headers.Add("Location", "https://files.example/1?sig=abc");
  On("GET /files/1", redirect);
  On("GET https://files.example/1?sig=abc", R"([{"id":"a"}])");
  EXPECT_EQ(PullAll(*MakeExport(ByUrl())), "1: 2:a.");
  EXPECT_EQ(LastSent(), "GET https://files.example/1?sig=abc - -");
}

struct PlaceCase {
  const char* name;
  const char* url;
  base::Reason reason;
};
class ForbiddenDownload : public ExportDownloadsTest,
                          public testing::WithParamInterface<PlaceCase> {};

TEST_P(ForbiddenDownload, IsNotAskedFor) {
  Serve(R"([")" + std::string(GetParam().url) + R"("])");
  const auto puller = MakeExport(ByUrl());
  EXPECT_EQ(base::ReasonOf(FailureOf(*puller)), GetParam().reason);
  EXPECT_EQ(Sent().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ForbiddenDownload,
    testing::Values(
        PlaceCase{"OtherHost", "https://evil.example/1", base::Reason::kHostNotAllowed},
        PlaceCase{"SubHost", "https://x.files.example/1", base::Reason::kHostNotAllowed},
        PlaceCase{"WithoutTls", "http://files.example/1", base::Reason::kHostNotAllowed},
        PlaceCase{"WithoutTlsAtHome", "http://v.example/1", base::Reason::kHostNotAllowed},
        PlaceCase{"OtherScheme", "file:///etc/passwd", base::Reason::kUrlInvalid},
        PlaceCase{"Userinfo", "https://me:pw@files.example/1", base::Reason::kUrlInvalid}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ExportDownloadsTest, TheErrorNamesTheSetting) {
  Serve(R"(["https://store.example/1"])");
  EXPECT_THAT(base::MessageOf(FailureOf(*MakeExport(ByUrl()))),
              HasSubstr("exportJob.downloadHosts"));
}

TEST_F(ExportDownloadsTest, AUrlThatExpiredIsAskedForAgain) {
  Serve(R"(["https://files.example/1?sig=a1","https://files.example/2?sig=a2"])");
  On("GET /exports/e1",
     R"({"urls":["https://files.example/1?sig=b1","https://files.example/2?sig=b2"]})");
  On("GET https://files.example/1?sig=a1", R"([{"id":"a"}])");
  On("GET https://files.example/2?sig=a2", R"({"error":"Request has expired"})", 403);
  On("GET https://files.example/2?sig=b2", R"([{"id":"b"}])");
  EXPECT_EQ(PullAll(*MakeExport(ByUrl())), "1: 2:a 3:b.");
}

TEST_F(ExportDownloadsTest, ButNotForEver) {
  Serve(R"(["https://files.example/1?sig=a1"])");
  On("GET /exports/e1", R"({"urls":["https://files.example/1?sig=b1"]})");
  On("GET https://files.example/1?sig=a1", R"({"error":"Request has expired"})", 403);
  On("GET https://files.example/1?sig=b1", R"({"error":"Access denied"})", 403);
  const absl::Status failure = FailureOf(*MakeExport(ByUrl()));
  EXPECT_EQ(base::ReasonOf(failure), base::Reason::kExportJobFailed)
      << "no sign-in was there to be refused: " << base::MessageOf(failure);
  EXPECT_THAT(base::MessageOf(failure), HasSubstr("Access denied"));
  EXPECT_THAT(Sent(),
              ElementsAre("POST /exports", "GET /exports/e1", "GET https://files.example/1?sig=a1",
                          "GET /exports/e1", "GET https://files.example/1?sig=b1"));
}

TEST_F(ExportDownloadsTest, ARunThatGoesOnKnowsItsPlaceByThePath) {
  Serve(R"(["https://files.example/1?sig=a1","https://files.example/2?sig=a2"])");
  On("GET /exports/e1",
     R"({"urls":["https://files.example/1?sig=b1","https://files.example/2?sig=b2"]})");
  On("GET https://files.example/1?sig=a1", R"([{"id":"a"}])");
  On("GET https://files.example/2?sig=b2", R"([{"id":"b"}])");
  const auto first = MakeExport(ByUrl());
  ASSERT_TRUE(first->Next({}).ok());
  const auto page = first->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_THAT((*page)->checkpoint, testing::Not(HasSubstr("sig")));
  const auto second = MakeExport(ByUrl());
  ASSERT_TRUE(second->Resume(2, (*page)->checkpoint).ok());
  EXPECT_EQ(PullAll(*second), "3:b.");
}

}  // namespace
}  // namespace syncline::pull
