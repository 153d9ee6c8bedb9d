#include "secret/keyring.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"

namespace syncline::secret {
namespace {

using base::Reason;

constexpr const char* kKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class KeyringFileTest : public ::testing::Test {
 protected:
  KeyringFileTest() {
    char path[] = "/tmp/keyring-test-XXXXXX";
    folder_ = mkdtemp(path);
    path_ = folder_ / "keyring";
  }
  ~KeyringFileTest() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& text, mode_t mode) {
    std::filesystem::remove(path_);
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST(KeyringTest, FirstKeyIsActive) {
  const auto ring = Keyring::Parse(std::string("# comment\n\n  k2 ") + kKey + " \r\nk1\t" + kKey);
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(ring->active_id(), "k2");
  EXPECT_THAT(*ring->Ids(), ::testing::ElementsAre("k2", "k1"));
  EXPECT_TRUE(ring->Owns("k1"));
  EXPECT_FALSE(ring->Owns("k3"));
  EXPECT_EQ(ring->Wrap(Secret("data key"), "context")->key_id, "k2");
}

TEST(KeyringTest, MistakesNameTheLineAndNotItsContent) {
  const std::string key = kKey;
  const std::pair<std::string, const char*> cases[] = {
      {"", "no key"},
      {"# only\n", "no key"},
      {"hunter2", "line 1"},
      {"k1 hunter2hunter2", "line 1"},
      {"# a\nk1 AAEC", "line 2"},
      {"k/1 " + key, "line 1"},
      {"k1 " + key + "\nk1 " + key, "line 2"},
      {"k1 " + key + " more", "line 1"},
      {std::string(65, 'k') + " " + key, "line 1"},
  };
  for (const auto& [text, part] : cases) {
    const auto ring = Keyring::Parse(text);
    ASSERT_FALSE(ring.ok()) << text;
    EXPECT_EQ(base::ReasonOf(ring.status()), Reason::kConfigurationInvalid) << text;
    EXPECT_THAT(base::MessageOf(ring.status()), ::testing::HasSubstr(part));
    EXPECT_THAT(base::MessageOf(ring.status()), ::testing::Not(::testing::HasSubstr("hunter2")));
  }
}

TEST_F(KeyringFileTest, GeneratedFileIsPrivateAndNeverReplaced) {
  ASSERT_TRUE(GenerateKeyring(path_, "k1").ok());
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0400U);
  const auto first = Keyring::Load(path_);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(base::ReasonOf(GenerateKeyring(path_, "k1")), Reason::kAlreadyExists);
  const auto second = Keyring::Load(path_);
  const WrappedKey wrapped = *first->Wrap(Secret("data key"), "context");
  EXPECT_EQ(second->Unwrap(wrapped, "context")->Reveal(), "data key");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
      << "nothing left over";
  ASSERT_TRUE(GenerateKeyring(path_.string() + "2", "k1").ok());
  EXPECT_FALSE(Keyring::Load(path_.string() + "2")->Unwrap(wrapped, "context").ok())
      << "another key";
}

TEST_F(KeyringFileTest, FileOpenToOthersIsRefused) {
  const std::string text = std::string("k1 ") + kKey;
  for (const mode_t mode : {0400, 0600}) {
    Write(text, mode);
    EXPECT_TRUE(Keyring::Load(path_).ok()) << mode;
  }
  for (const mode_t mode : {0640, 0604, 0644, 0440, 0700}) {
    Write(text, mode);
    const auto ring = Keyring::Load(path_);
    EXPECT_EQ(base::ReasonOf(ring.status()), Reason::kKeyUnavailable) << mode;
    EXPECT_THAT(base::MessageOf(ring.status()), ::testing::HasSubstr("0400 or 0600"));
  }
}

TEST_F(KeyringFileTest, OtherFilesAreRefusedWithTheReason) {
  EXPECT_EQ(base::ReasonOf(Keyring::Load(path_).status()), Reason::kKeyUnavailable) << "absent";
  EXPECT_EQ(base::ReasonOf(Keyring::Load(folder_).status()), Reason::kKeyUnavailable) << "a folder";
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(base::ReasonOf(Keyring::Load(path_).status()), Reason::kKeyUnavailable) << "a pipe";
  Write(std::string(Keyring::kFileBytesMax + 1, '#'), 0600);
  EXPECT_EQ(base::ReasonOf(Keyring::Load(path_).status()), Reason::kKeyUnavailable) << "too long";
  if (geteuid() == 0) {
    Write(std::string("k1 ") + kKey, 0600);
    ASSERT_EQ(chown(path_.c_str(), 65'534, 65'534), 0);
    EXPECT_EQ(base::ReasonOf(Keyring::Load(path_).status()), Reason::kKeyUnavailable)
        << "of another user";
  }
  EXPECT_EQ(base::ReasonOf(GenerateKeyring(folder_ / "absent" / "keyring", "k1")),
            Reason::kConfigurationInvalid);
}

}  // namespace
}  // namespace syncline::secret
