#include "secret/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/status.h"
#include "tests/support/test_authority.h"

namespace syncline::secret {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

const std::chrono::sys_seconds kNow =
    std::chrono::floor<std::chrono::seconds>(base::SystemClock().Now());

TEST(ReadCertificates, TellsTheDatesOfTheFirstAndTheLatestEnd) {
  test::TestAuthority authority("ours");
  const auto client = authority.Issue("client", hours(10));
  const auto dates = ReadCertificates(client.certificate + "\n" + authority.certificate());
  ASSERT_TRUE(dates.ok()) << base::MessageOf(dates.status());
  EXPECT_EQ(dates->count, 2);
  EXPECT_LE(std::chrono::abs(dates->first_begin - (kNow - hours(48))), std::chrono::minutes(5));
  EXPECT_LE(std::chrono::abs(dates->first_end - (kNow + hours(10))), std::chrono::minutes(5));
  EXPECT_LE(std::chrono::abs(dates->latest_end - (kNow + hours(48))), std::chrono::minutes(5));
}

TEST(ReadCertificates, SaysWhatIsWrong) {
  test::TestAuthority authority("ours");
  const auto client = authority.Issue("client");
  std::string flat = client.certificate;
  std::erase(flat, '\n');
  const struct {
    std::string pem;
    const char* text;
  } cases[] = {
      {"", "is no certificate in PEM"},
      {"sentinel", "is no certificate in PEM"},
      {client.key, "holds a private key"},
      {client.certificate + client.key, "holds a private key"},
      {client.certificate.substr(0, 200), "cannot be read"},
      {client.certificate + client.certificate.substr(0, 200), "cannot be read"},
      {flat, "cannot be read"},
  };
  for (const auto& [pem, text] : cases) {
    const auto dates = ReadCertificates(pem);
    EXPECT_EQ(base::ReasonOf(dates.status()), base::Reason::kInvalidArgument);
    EXPECT_THAT(base::MessageOf(dates.status()), HasSubstr(text)) << pem;
  }
}

TEST(CheckKeyFits, TellsAnotherKey) {
  test::TestAuthority authority("ours");
  const auto client = authority.Issue("client");
  const auto other = authority.Issue("other");
  const auto check = [&](const std::string& pem, const std::string& key) {
    const absl::Status status = CheckKeyFits(pem, Secret(key));
    return status.ok() ? std::string("fits") : base::MessageOf(status);
  };
  EXPECT_EQ(check(client.certificate + authority.certificate(), client.key), "fits");
  EXPECT_THAT(check(client.certificate, other.key), HasSubstr("is not the key of the first"));
  EXPECT_THAT(check(authority.certificate() + client.certificate, client.key),
              HasSubstr("is not the key of the first"));
  EXPECT_THAT(check(client.certificate, "sentinel"), HasSubstr("is no private key"));
}

}  // namespace
}  // namespace syncline::secret
