#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "app/keys.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "secret/envelope_sealer.h"
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

  base::SystemClock clock_;
  base::SeededRandom random_{7};
  std::unique_ptr<test::TestDatabase> server_;
  std::unique_ptr<store::Database> database_;
  fs::path home_;
};

TEST_F(KeysTest, AMissingFileIsMadeOnlyWhereItMay) {
  const fs::path path = home_ / "keyring";
  const auto refused = LoadKeys(path, false, *database_, random_);
  EXPECT_EQ(base::ReasonOf(refused.status()), base::Reason::kKeyUnavailable);
  EXPECT_THAT(base::MessageOf(refused.status()),
              HasSubstr("synclined keys generate --out " + path.string()));
  EXPECT_FALSE(fs::exists(path));

  const auto made = LoadKeys(path, true, *database_, random_);
  ASSERT_TRUE(made.ok()) << made.status();
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077U, 0U) << "others can read the keys";
}

TEST_F(KeysTest, ALostKeyringIsNotReplacedOnceAKeyWasUsed) {
  const fs::path path = home_ / "keyring";
  auto keyring = LoadKeys(path, true, *database_, random_);
  ASSERT_TRUE(keyring.ok()) << keyring.status();
  secret::EnvelopeSealer sealer(*keyring);
  ASSERT_TRUE(store::VerifyKeys(*database_, sealer).ok());
  fs::remove(path);
  EXPECT_EQ(base::ReasonOf(LoadKeys(path, true, *database_, random_).status()),
            base::Reason::kKeyUnavailable);
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

}  // namespace
}  // namespace syncline::app
