#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "app/keys.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "store/key_canary.h"
#include "store/migrator.h"
#include "tests/support/test_database.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KeysTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::TestDatabase::Available()) GTEST_SKIP() << test::TestDatabase::kUnavailable;
    server_ = std::make_unique<test::TestDatabase>();
    ASSERT_TRUE(store::Migrator(server_->url()).Run().ok());
    database_ = std::make_unique<store::Database>(store::Database::Options{.url = server_->url()},
                                                  clock_, random_);
    std::string pattern = testing::TempDir() + "/keys-XXXXXX";
    home_ = mkdtemp(pattern.data());
  }
  void TearDown() override {
    database_.reset();
    if (!home_.empty()) fs::remove_all(home_);
  }

  absl::StatusOr<Keys> Load(const fs::path& path, bool may_generate) {
    Config config;
    config.keyring_file = path;
    return LoadKeys(config, may_generate, *database_, clock_, random_);
  }

  base::SystemClock clock_;
  base::SeededRandom random_{7};
  std::unique_ptr<test::TestDatabase> server_;
  std::unique_ptr<store::Database> database_;
  fs::path home_;
};

TEST_F(KeysTest, AMissingFileIsMadeOnlyWhereItMay) {
  const fs::path path = home_ / "keyring";
  const auto refused = Load(path, false);
  EXPECT_EQ(base::ReasonOf(refused.status()), base::Reason::kKeyUnavailable);
  EXPECT_THAT(base::MessageOf(refused.status()),
              HasSubstr("synclined keys generate --out " + path.string()));
  EXPECT_FALSE(fs::exists(path));

  const auto made = Load(path, true);
  ASSERT_TRUE(made.ok()) << made.status();
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077U, 0U) << "others can read the keys";
}

TEST_F(KeysTest, ALostKeyringIsNotReplacedOnceAKeyWasUsed) {
  const fs::path path = home_ / "keyring";
  auto keyring = Load(path, true);
  ASSERT_TRUE(keyring.ok()) << keyring.status();
  secret::EnvelopeSealer sealer(*keyring->provider);
  ASSERT_TRUE(store::VerifyKeys(*database_, sealer).ok());
  fs::remove(path);
  EXPECT_EQ(base::ReasonOf(Load(path, true).status()), base::Reason::kKeyUnavailable);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(KeysTest, GenerateNeverTouchesAFileThatExists) {
  const fs::path path = home_ / "keyring";
  ASSERT_TRUE(GenerateKeys(path, random_).ok());
  const auto first = secret::Keyring::Load(path.string());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(base::ReasonOf(GenerateKeys(path, random_)), base::Reason::kAlreadyExists);
  const auto second = secret::Keyring::Load(path.string());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->active_id(), second->active_id());
}

constexpr const char* kOne = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr const char* kTwo = "two //////////////////////////////////////////8=";
constexpr const char* kOtherOne = "one 5555555555555555555555555555555555555555554=";

TEST_F(KeysTest, TheEnvironmentSealsBeforeTheFileWhichStillOpens) {
  const auto with = [&](const std::string& keyring, const fs::path& file) {
    Config config;
    auto secrets = std::make_shared<EnvironmentSecrets>();
    secrets->keyring = secret::Secret(keyring);
    config.secrets = std::move(secrets);
    config.keyring_file = file;
    config.keyring_file_given = !file.empty();
    return LoadKeys(config, true, *database_, clock_, random_);
  };
  const auto alone = with(std::string(kTwo) + "," + kOne, "");
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_THAT(*alone->provider->Ids(), testing::ElementsAre("two", "one"));

  const fs::path path = home_ / "keyring";
  ASSERT_TRUE(GenerateKeys(path, random_).ok());
  const std::string in_file = secret::Keyring::Load(path.string())->active_id();
  EXPECT_THAT(*with(kOne, path)->provider->Ids(), testing::ElementsAre("one", in_file));
  EXPECT_EQ(base::ReasonOf(with(kOne, home_ / "absent").status()), base::Reason::kKeyUnavailable)
      << "a file that was named must be there, and is not made";
  const absl::Status wrong = with("one short", "").status();
  EXPECT_EQ(base::ReasonOf(wrong), base::Reason::kConfigurationInvalid);
  EXPECT_THAT(base::MessageOf(wrong), HasSubstr("SYNCLINE_KEYRING"));

  // The wrong or missing key is found at start.
  const auto verify = [&](const std::string& keyring) {
    const Keys keys = *with(keyring, "");
    secret::EnvelopeSealer sealer(*keys.provider);
    return store::VerifyKeys(*database_, sealer);
  };
  EXPECT_TRUE(verify(kOne).ok());
  EXPECT_EQ(base::ReasonOf(verify(kOtherOne)), base::Reason::kKeyUnavailable);
  EXPECT_TRUE(verify(kTwo).ok()) << "the first key seals nothing yet";
}

}  // namespace
}  // namespace syncline::app
