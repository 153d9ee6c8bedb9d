#include "auth/redirecting_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/signing_transport.h"
#include "base/status.h"
#include "tests/support/scripted_transport.h"

namespace syncline::auth {
namespace {

using test::ScriptedTransport;

// Names v.example, on any port, and files.example; signs with a header and a parameter.
class KeyAuthenticator final : public Authenticator {
 public:
  absl::Status Apply(http::Request& request, std::stop_token) override {
    request.headers.Set("X-Key", "sentinel");
    http::SetQueryParameter(&request.url, "key", "sentinel");
    return absl::OkStatus();
  }
  bool NamesHost(const http::Url& url) const override {
    return url.host == "v.example" || url.host == "files.example";
  }
  bool MayFollowRedirects() const override { return may_follow; }
  void Strip(http::Url* url) const override { http::RemoveQueryParameter(url, "key"); }
  std::string Scrub(std::string text) const override { return text; }
  bool may_follow = true;
};

class RedirectingTransportTest : public testing::Test {
 protected:
  // The vendor redirects once for each of `locations`, then answers 200.
  int Send(std::initializer_list<const char*> locations, int status = 302) {
    for (const char* location : locations) {
      http::Response redirect{.status = status};
      redirect.headers.Add("Location", location);
      vendor_.Enqueue(std::move(redirect));
    }
    vendor_.EnqueueJson("[]");
    const auto answer = transport_.Send(request_, {}, {});
    EXPECT_TRUE(answer.ok());
    return answer->status;
  }
  // "url key header" of each request that went out.
  std::vector<std::string> Sent() const {
    std::vector<std::string> all;
    for (const http::Request& request : vendor_.requests()) {
      all.push_back(request.url.ToString() + " " +
                    std::string(request.headers.Find("X-Key").value_or("-")) + " " +
                    std::string(request.headers.Find("X-Tenant").value_or("-")));
    }
    return all;
  }

  ScriptedTransport vendor_;
  KeyAuthenticator authenticator_;
  SigningTransport signing_{vendor_, authenticator_};
  RedirectingTransport transport_{signing_, vendor_, authenticator_};
  http::Request request_ = [] {
    http::Request request{.url = *http::Url::Parse("https://v.example/a?page=1")};
    request.headers.Add("X-Tenant", "t");
    request.headers.Add("Accept", "application/json");
    return request;
  }();
};

TEST_F(RedirectingTransportTest, TheSameOriginIsSignedAnew) {
  for (const int status : {301, 302, 303, 307, 308}) EXPECT_EQ(Send({"/b?page=1"}, status), 200);
  EXPECT_THAT(Sent(), testing::Contains("https://v.example/b?page=1&key=sentinel sentinel t"));
  EXPECT_EQ(Sent().size(), 10U);
}

TEST_F(RedirectingTransportTest, AnotherHostGetsNeitherSignInNorHeaders) {
  EXPECT_EQ(Send({"https://files.example/x?sig=1&key=sentinel"}), 200);
  EXPECT_EQ(Sent().back(), "https://files.example/x?sig=1 - -");
  EXPECT_EQ(vendor_.requests().back().headers.Find("Accept"), "application/json");
}

TEST_F(RedirectingTransportTest, AnotherPortIsAnotherOrigin) {
  EXPECT_EQ(Send({"https://v.example:8443/x"}), 200);
  EXPECT_EQ(Sent().back(), "https://v.example:8443/x - -");
}

TEST_F(RedirectingTransportTest, TheWayBackIsWithoutTheSignInToo) {
  EXPECT_EQ(Send({"https://files.example/x", "https://v.example/y"}), 200);
  EXPECT_EQ(Sent().back(), "https://v.example/y - -");
}

struct RefusedCase {
  const char* name;
  const char* location;
};

class RefusedRedirect : public RedirectingTransportTest,
                        public testing::WithParamInterface<RefusedCase> {};

TEST_P(RefusedRedirect, IsTheAnswer) {
  EXPECT_EQ(Send({GetParam().location}), 302);
  EXPECT_EQ(Sent().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedRedirect,
    testing::Values(RefusedCase{"OtherHost", "https://evil.example/"},
                    RefusedCase{"Metadata", "https://169.254.169.254/latest/meta-data/"},
                    RefusedCase{"GivesUpTls", "http://v.example/a"},
                    RefusedCase{"OtherScheme", "ftp://v.example/a"},
                    RefusedCase{"File", "file:///etc/passwd"},
                    RefusedCase{"UserInfo", "https://v.example@evil.example/"},
                    RefusedCase{"UserInfoOfOurHost", "https://u:p@v.example/"},
                    RefusedCase{"NoUrl", "https://"}, RefusedCase{"Control", "/a\rb"}),
    [](const auto& test) { return test.param.name; });

TEST_F(RedirectingTransportTest, ThreeAreFollowedAndNotFour) {
  EXPECT_EQ(Send({"/1", "/2", "/3"}), 200);
  EXPECT_EQ(Sent().size(), 4U);
  EXPECT_EQ(Send({"/1", "/2", "/3", "/4"}), 302);
  EXPECT_EQ(Sent().size(), 8U);
}

TEST_F(RedirectingTransportTest, OnlyGetAndNeverASignedUrl) {
  request_.method = http::Method::kPost;
  EXPECT_EQ(Send({"/b"}, 307), 307);
  EXPECT_EQ(Sent().size(), 1U);
  request_.method = http::Method::kGet;
  authenticator_.may_follow = false;
  EXPECT_EQ(transport_.Send(request_, {}, {})->status, 200);  // left over from before
  EXPECT_EQ(Send({"/b"}), 302);
}

// files.example is named by the credential too; store.example is not.
class DownloadTransportTest : public RedirectingTransportTest {
 protected:
  RedirectingTransport downloads_{signing_, vendor_, authenticator_,
                                  *AllowedHosts::Make({"store.example", "files.example"})};
  // "url key header" of what went out for a request to `url`.
  std::vector<std::string> SendTo(const char* url, std::initializer_list<const char*> locations) {
    for (const char* location : locations) {
      http::Response redirect{.status = 302};
      redirect.headers.Add("Location", location);
      vendor_.Enqueue(std::move(redirect));
    }
    vendor_.EnqueueJson("[]");
    request_.url = *http::Url::Parse(url);
    EXPECT_TRUE(downloads_.Send(request_, {}, {}).ok());
    return Sent();
  }
};

TEST_F(DownloadTransportTest, ADownloadHostGetsNoSignInWhateverTheCredentialSays) {
  EXPECT_THAT(SendTo("https://store.example/1?sig=x", {}),
              testing::ElementsAre("https://store.example/1?sig=x - -"));
  EXPECT_EQ(SendTo("https://files.example/2", {}).back(), "https://files.example/2 - -");
  EXPECT_EQ(vendor_.requests().back().headers.Find("Accept"), "application/json");
}

TEST_F(DownloadTransportTest, ARedirectToADownloadHostIsFollowed) {
  EXPECT_EQ(SendTo("https://v.example/a", {"https://store.example/1?sig=x"}).back(),
            "https://store.example/1?sig=x - -");
  EXPECT_EQ(SendTo("https://store.example/1", {"https://store.example/2", "/3"}).back(),
            "https://store.example/3 - -");
}

TEST_F(DownloadTransportTest, TheWayBackIsWithoutTheSignInToo) {
  EXPECT_EQ(SendTo("https://store.example/1", {"https://v.example/a"}).back(),
            "https://v.example/a - -");
}

TEST_F(DownloadTransportTest, OnlyAGetIsADownload) {
  request_.method = http::Method::kDelete;
  EXPECT_EQ(SendTo("https://files.example/1", {}).back(),
            "https://files.example/1?key=sentinel sentinel t");
}

TEST_F(RedirectingTransportTest, ALocationThatIsMissingIsTheAnswer) {
  vendor_.Enqueue(http::Response{.status = 302});
  EXPECT_EQ(transport_.Send(request_, {}, {})->status, 302);
}

TEST_F(RedirectingTransportTest, AnErrorOnTheWayEndsIt) {
  http::Response redirect{.status = 302};
  redirect.headers.Add("Location", "/b");
  vendor_.Enqueue(std::move(redirect));
  vendor_.Enqueue(base::Error(base::Reason::kAddressNotAllowed, "no"));
  EXPECT_EQ(base::ReasonOf(transport_.Send(request_, {}, {}).status()),
            base::Reason::kAddressNotAllowed);
}

}  // namespace
}  // namespace syncline::auth
