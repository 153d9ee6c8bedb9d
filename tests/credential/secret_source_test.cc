#include "credential/secret_source.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "credential/environment_secret_source.h"
#include "credential/file_secret_source.h"
#include "credential/vault_secret_source.h"
#include "tests/support/scripted_vault.h"

namespace syncline::credential {
namespace {

namespace fs = std::filesystem;
using Source = SecretSources::Source;
using ::testing::HasSubstr;

class SecretSourcesTest : public testing::Test {
 protected:
  SecretSourcesTest() {
    std::string pattern = testing::TempDir() + "/secrets-XXXXXX";
    home_ = mkdtemp(pattern.data());
    folder_ = home_ / "inside";
    fs::create_directory(folder_);
    Write(home_ / "vault-token", "vault-token");
    chmod((home_ / "vault-token").c_str(), 0600);
    variables_.emplace("SYNCLINE_SECRET_OKTA", secret::Secret("from the environment"));
    variables_.emplace("SYNCLINE_SECRET_EMPTY", secret::Secret(""));
    sources_.Add(Source::kEnvironment,
                 std::make_unique<EnvironmentSecretSource>(variables_, "SYNCLINE_SECRET_"));
    sources_.Add(Source::kFile, std::make_unique<FileSecretSource>(folder_));
    sources_.Add(Source::kVault, std::make_unique<VaultSecretSource>(client_, "secret/syncline"));
  }
  ~SecretSourcesTest() override { fs::remove_all(home_); }
  static void Write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  // The secret, or "REASON: message".
  std::string Read(const std::string& text) const {
    const auto reference = auth::ParseSecretReference(text);
    if (!reference.has_value()) return "no reference";
    const auto secret = sources_.Read(*reference);
    if (secret.ok()) return std::string(secret->Reveal());
    return std::string(base::ReasonName(base::ReasonOf(secret.status()))) + ": " +
           base::MessageOf(secret.status());
  }

  fs::path home_;
  fs::path folder_;
  EnvironmentSecretSource::Variables variables_;
  test::ScriptedVault vault_;
  VaultClient client_{{.address = "http://127.0.0.1:8200",
                       .token_file = (fs::path(testing::TempDir()) / "unused").string(),
                       .name_space = ""},
                      vault_};
  SecretSources sources_;
};

TEST_F(SecretSourcesTest, EnvironmentHasItsPrefixOnly) {
  EXPECT_EQ(Read("env:SYNCLINE_SECRET_OKTA"), "from the environment");
  for (const char* text : {"env:PATH", "env:SYNCLINE_DATABASE_URL", "env:SYNCLINE_KEYRING",
                           "env:SYNCLINE_SECRET_", "env:syncline_secret_okta"}) {
    EXPECT_THAT(Read(text), HasSubstr("must begin with SYNCLINE_SECRET_")) << text;
  }
  EXPECT_THAT(Read("env:SYNCLINE_SECRET_NONE"), HasSubstr("SECRET_UNAVAILABLE"));
  EXPECT_THAT(Read("env:SYNCLINE_SECRET_EMPTY"), HasSubstr("empty"));
}

TEST_F(SecretSourcesTest, FilesStayInTheirFolder) {
  Write(folder_ / "token", "t0ken\r\n");
  Write(folder_ / "deep/er", "deep\n\n");
  Write(home_ / "outside", "outside");
  // As an orchestrator mounts secrets: a link to a link, all inside.
  Write(folder_ / "..2026/mounted", "mounted");
  fs::create_symlink("..2026", folder_ / "..data");
  fs::create_symlink("..data/mounted", folder_ / "mounted");
  EXPECT_EQ(Read("file:token"), "t0ken");
  EXPECT_EQ(Read("file:deep/er"), "deep\n") << "one line break only";
  EXPECT_EQ(Read("file:mounted"), "mounted");

  fs::create_symlink(home_ / "outside", folder_ / "absolute");
  fs::create_symlink("../outside", folder_ / "relative");
  fs::create_symlink("..", folder_ / "up");
  for (const char* text : {"file:absolute", "file:relative", "file:up/outside"}) {
    EXPECT_THAT(Read(text), HasSubstr("leads out of the secret folder")) << text;
  }
  for (const char* text : {"file:../outside", "file:/etc/passwd", "file:deep/../../outside",
                           "file:./token", "file:deep//er", "file:deep/"}) {
    EXPECT_THAT(Read(text), HasSubstr("must be relative")) << text;
  }
  Write(folder_ / "long", std::string(16 * 1024 + 1, 'x'));
  Write(folder_ / "most", std::string(16 * 1024, 'x'));
  EXPECT_THAT(Read("file:long"), HasSubstr("more than 16384 bytes"));
  EXPECT_EQ(Read("file:most").size(), 16U * 1024);
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(Read("file:pipe"), HasSubstr("not a regular file"));
  EXPECT_THAT(Read("file:deep"), HasSubstr("not a regular file"));
  EXPECT_THAT(Read("file:absent"), HasSubstr("SECRET_UNAVAILABLE"));
}

TEST_F(SecretSourcesTest, VaultIsReadBelowItsPathOnly) {
  const VaultClient client({.address = "http://127.0.0.1:8200",
                            .token_file = (home_ / "vault-token").string(),
                            .name_space = ""},
                           vault_);
  sources_.Add(Source::kVault, std::make_unique<VaultSecretSource>(client, "secret/syncline"));
  vault_.PutSecret("syncline/okta/prod", R"({"token":"v4ult","nested":{},"port":8443})");
  EXPECT_EQ(Read("vault:okta/prod#token"), "v4ult");
  EXPECT_EQ(Read("vault:okta/prod#port"), "8443");
  for (const char* text : {"vault:okta/prod#absent", "vault:okta/prod#nested"}) {
    EXPECT_THAT(Read(text), HasSubstr("has no text under the key")) << text;
  }
  EXPECT_THAT(Read("vault:absent#token"), HasSubstr("404"));
  for (const char* text : {"vault:../other#token", "vault:okta/%2e%2e/x#token", "vault:/okta#token",
                           "vault:okta?version=1#token"}) {
    EXPECT_THAT(Read(text), HasSubstr("the path must be")) << text;
  }
  vault_.SetDown(true);
  EXPECT_THAT(Read("vault:okta/prod#token"), HasSubstr("SECRET_UNAVAILABLE"));
}

TEST_F(SecretSourcesTest, WhatTheOperatorHasNotSetIsRefusedWithTheSetting) {
  const SecretSources none;
  for (const auto& [text, setting] :
       {std::pair("env:SYNCLINE_SECRET_X", "SYNCLINE_SECRET_*"),
        std::pair("file:x", "--secret-dir"), std::pair("vault:x#y", "--vault-secret-path")}) {
    const auto reference = auth::ParseSecretReference(text);
    EXPECT_THAT(none.Mistake(*reference), HasSubstr(setting)) << text;
    EXPECT_EQ(base::ReasonOf(none.Read(*reference).status()), base::Reason::kSecretUnavailable);
  }
}

}  // namespace
}  // namespace syncline::credential
