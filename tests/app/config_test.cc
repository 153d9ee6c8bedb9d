#include "app/config.h"

#include <fstream>

#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace syncline::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Config Read(const ConfigSources& sources) {
  const absl::StatusOr<Command> command = ReadCommand(sources);
  EXPECT_TRUE(command.ok()) << base::MessageOf(command.status());
  if (!command.ok()) return {};
  return std::get<ServeCommand>(*command).config;
}

std::vector<std::string> WrongFields(const ConfigSources& sources) {
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(ReadCommand(sources).status()))
    fields.push_back(violation.field);
  return fields;
}

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST(ConfigTest, DefaultsServeEverythingOnLoopback) {
  const Config config = Read({});
  EXPECT_TRUE(config.api && config.executor && config.scheduler);
  EXPECT_THAT(config.listen, ElementsAre("127.0.0.1:8470"));
  EXPECT_THAT(config.database_url, IsEmpty());
  EXPECT_EQ(config.data_directory, "syncline-data");
  EXPECT_EQ(config.keyring_file, "syncline-data/keyring");
  EXPECT_FALSE(config.reflection);
  EXPECT_EQ(Read({.root = true}).data_directory, "/var/lib/syncline");
}

TEST(ConfigTest, FlagBeatsEnvironmentBeatsFile) {
  const std::string file = WriteFile("precedence.toml",
                                     "executor_run_count = 7\nlog_format = \"json\"\n"
                                     "listen = [\"127.0.0.1:1\", \"unix:/tmp/s\"]\n");
  ConfigSources sources{.arguments = {"--config", file}};
  EXPECT_EQ(Read(sources).executor_run_count, 7);
  EXPECT_THAT(Read(sources).listen, ElementsAre("127.0.0.1:1", "unix:/tmp/s"));
  sources.environment["SYNCLINE_EXECUTOR_RUN_COUNT"] = "8";
  EXPECT_EQ(Read(sources).executor_run_count, 8);
  sources.arguments.insert(sources.arguments.end(), {"--executor-run-count", "9"});
  EXPECT_EQ(Read(sources).executor_run_count, 9);
  EXPECT_EQ(Read(sources).log_format, base::LogFormat::kJson);
}

TEST(ConfigTest, ListsTakeCommasAndRepetition) {
  const Config config =
      Read({.arguments = {"--listen", "127.0.0.1:1,[::1]:2", "--listen", "localhost:3",
                          "--roles=api,scheduler", "--reflection"}});
  EXPECT_THAT(config.listen, ElementsAre("127.0.0.1:1", "[::1]:2", "localhost:3"));
  EXPECT_TRUE(config.api && config.scheduler && config.reflection);
  EXPECT_FALSE(config.executor);
}

TEST(ConfigTest, ReportsEveryMistakeAtOnce) {
  const std::string file = WriteFile("mistakes.toml", "log_level = \"loud\"\nno_such_key = 1\n");
  const ConfigSources sources{
      .arguments = {"--config", file, "--roles", "cook", "--executor-run-count", "0"},
      .environment = {{"SYNCLINE_DATABASE_CONNECTION_COUNT", "many"}}};
  EXPECT_THAT(WrongFields(sources),
              testing::UnorderedElementsAre("--roles", "--executor-run-count",
                                            "SYNCLINE_DATABASE_CONNECTION_COUNT",
                                            "log_level in " + file, "no_such_key in " + file));
}

TEST(ConfigTest, ReportsEveryUnknownArgument) {
  EXPECT_THAT(WrongFields({.arguments = {"--lissten=x", "--api", "serve"}}),
              testing::UnorderedElementsAre("--lissten=x", "--api", "serve"));
}

struct AddressCase {
  const char* name;
  const char* address;
  bool good;
};

class ListenTest : public testing::TestWithParam<AddressCase> {};

TEST_P(ListenTest, OnlyLoopbackAndUnixSockets) {
  const absl::StatusOr<Command> command =
      ReadCommand({.arguments = {"--listen", GetParam().address}});
  EXPECT_EQ(command.ok(), GetParam().good) << command.status();
  if (!command.ok()) {
    EXPECT_THAT(base::FieldViolationsOf(command.status()), testing::SizeIs(1));
  }
}

INSTANTIATE_TEST_SUITE_P(Addresses, ListenTest,
                         testing::Values(AddressCase{"Loopback", "127.0.0.1:0", true},
                                         AddressCase{"LoopbackNet", "127.8.9.1:80", true},
                                         AddressCase{"LoopbackName", "localhost:80", true},
                                         AddressCase{"Loopback6", "[::1]:80", true},
                                         AddressCase{"Unix", "unix:/run/s.sock", true},
                                         AddressCase{"UnixWithoutPath", "unix:", false},
                                         AddressCase{"Everywhere", "0.0.0.0:80", false},
                                         AddressCase{"Everywhere6", "[::]:80", false},
                                         AddressCase{"Outside", "192.168.1.4:80", false},
                                         AddressCase{"NameThatLooksLikeLoopback",
                                                     "127.0.0.1.evil.example:80", false},
                                         AddressCase{"NoPort", "127.0.0.1", false},
                                         AddressCase{"PortTooLarge", "127.0.0.1:65536", false}),
                         [](const auto& test) { return test.param.name; });

TEST(ConfigTest, EgressIsClosedUnlessItIsOpened) {
  const http::EgressPolicy closed = Read({}).egress;
  EXPECT_THAT(closed.allowed, IsEmpty());
  EXPECT_THAT(closed.ports, ElementsAre(443, 8443));
  EXPECT_FALSE(closed.plain_http);
  EXPECT_THAT(closed.proxy, IsEmpty());

  const http::EgressPolicy open =
      Read({.arguments = {"--egress-allow", "10.1.2.3:443,[fd00::]/64:*", "--egress-plain-http",
                          "--egress-proxy", "http://proxy.example"},
            .environment = {{"SYNCLINE_EGRESS_PORTS", "443,9443"}}})
          .egress;
  ASSERT_THAT(open.allowed, testing::SizeIs(2));
  EXPECT_EQ(open.allowed[0].network.ToString(), "10.1.2.3");
  EXPECT_EQ(open.allowed[0].port, 443);
  EXPECT_EQ(open.allowed[1].network.ToString(), "fd00::/64");
  EXPECT_EQ(open.allowed[1].port, 0);
  EXPECT_THAT(open.ports, ElementsAre(443, 9443));
  EXPECT_TRUE(open.plain_http);
  EXPECT_EQ(open.proxy, "http://proxy.example:80");
}

TEST(ConfigTest, EgressMistakesAreReported) {
  EXPECT_THAT(WrongFields({.arguments = {"--egress-allow", "vendor.example:443", "--egress-ports",
                                         "443,https", "--egress-proxy", "http://u:p@proxy:1",
                                         "--egress-plain-http=maybe"}}),
              testing::UnorderedElementsAre("--egress-allow", "--egress-ports", "--egress-proxy",
                                            "--egress-plain-http"));
  std::string many = "10.0.0.1:1";
  for (std::size_t i = 0; i < http::EgressPolicy::kEntryCountMax; ++i) many += ",10.0.0.1:1";
  EXPECT_THAT(WrongFields({.arguments = {"--egress-allow", many}}), ElementsAre("--egress-allow"));
}

TEST(ConfigTest, RefusalOfAnAddressSaysWhy) {
  const auto violations =
      base::FieldViolationsOf(ReadCommand({.arguments = {"--listen", "0.0.0.0:1"}}).status());
  ASSERT_THAT(violations, testing::SizeIs(1));
  EXPECT_THAT(violations[0].description, HasSubstr("loopback"));
}

TEST(ConfigTest, PrintsManualAndVersion) {
  const absl::StatusOr<Command> help = ReadCommand({.arguments = {"--help"}});
  ASSERT_TRUE(help.ok());
  const std::string& manual = std::get<PrintCommand>(*help).text;
  for (const char* word : {"--listen", "SYNCLINE_DATABASE_URL", "keys", "A flag wins"})
    EXPECT_THAT(manual, HasSubstr(word));
  const absl::StatusOr<Command> version = ReadCommand({.arguments = {"--version"}});
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(std::get<PrintCommand>(*version).text, "synclined 0.1.0\n");
}

TEST(ConfigTest, SecretsOfTheEnvironmentAreTakenOver) {
  const Config config = Read({.environment = {{"SYNCLINE_KEYRING", "one key"},
                                              {"SYNCLINE_SECRET_OKTA", "t0ken"},
                                              {"SYNCLINE_LOG_LEVEL", "debug"}}});
  EXPECT_EQ(config.secrets->keyring.Reveal(), "one key");
  ASSERT_EQ(config.secrets->references.size(), 1U);
  EXPECT_EQ(config.secrets->references.at("SYNCLINE_SECRET_OKTA").Reveal(), "t0ken");
  EXPECT_THAT(WrongFields({.arguments = {"--keyring", "one key"}}), testing::Not(IsEmpty()))
      << "never a flag, which other users can read";
}

struct VaultCase {
  const char* name;
  std::vector<std::string> arguments;
  const char* wrong;  // "" = good
};
class VaultSettingsTest : public testing::TestWithParam<VaultCase> {};

TEST_P(VaultSettingsTest, AreCheckedTogether) {
  const VaultCase& c = GetParam();
  if (*c.wrong == '\0') {
    EXPECT_THAT(WrongFields({.arguments = c.arguments}), IsEmpty());
  } else {
    EXPECT_THAT(WrongFields({.arguments = c.arguments}), ElementsAre(c.wrong));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, VaultSettingsTest,
    testing::Values(
        VaultCase{"Whole",
                  {"--vault-address", "https://vault.example:8200", "--vault-token-file", "t",
                   "--vault-transit-key", "transit/syncline", "--vault-secret-path", "secret/a/b"},
                  ""},
        VaultCase{"Loopback",
                  {"--vault-address", "http://127.0.0.1:8200", "--vault-token-file", "t",
                   "--vault-secret-path", "secret"},
                  ""},
        VaultCase{"PlainText",
                  {"--vault-address", "http://vault.example:8200", "--vault-token-file", "t",
                   "--vault-secret-path", "secret"},
                  "--vault-address"},
        VaultCase{"NoToken",
                  {"--vault-address", "https://v", "--vault-secret-path", "secret"},
                  "--vault-token-file"},
        VaultCase{"NoAddress", {"--vault-transit-key", "transit/syncline"}, "--vault-address"},
        VaultCase{"NoUse",
                  {"--vault-address", "https://v", "--vault-token-file", "t"},
                  "--vault-address"},
        VaultCase{"NoMount",
                  {"--vault-address", "https://v", "--vault-token-file", "t", "--vault-transit-key",
                   "syncline"},
                  "--vault-transit-key"},
        VaultCase{"Escape",
                  {"--vault-address", "https://v", "--vault-token-file", "t", "--vault-secret-path",
                   "secret/../sys"},
                  "--vault-secret-path"}),
    [](const auto& test) { return test.param.name; });

TEST(ConfigTest, KeyCommandsTakeTheSettingsBeforeAndBehind) {
  const auto rotate =
      ReadCommand({.arguments = {"--data-dir", "d", "keys", "rotate", "--keyring-file", "k"}});
  ASSERT_TRUE(rotate.ok()) << rotate.status();
  EXPECT_EQ(std::get<RotateKeysCommand>(*rotate).config.data_directory, "d");
  EXPECT_EQ(std::get<RotateKeysCommand>(*rotate).config.keyring_file, "k");
  const auto list = ReadCommand({.arguments = {"keys", "list"}});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(std::get<ListKeysCommand>(*list).config.keyring_file, "syncline-data/keyring");
}

TEST(ConfigTest, KeysGenerateNeedsAFile) {
  const absl::StatusOr<Command> command =
      ReadCommand({.arguments = {"keys", "generate", "--out", "k"}});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(std::get<GenerateKeysCommand>(*command).out, "k");
  EXPECT_FALSE(ReadCommand({.arguments = {"keys", "generate"}}).ok());
}

TEST(ConfigTest, DatabaseUrlIsNeverInAMessage) {
  const absl::StatusOr<Command> command = ReadCommand(
      {.arguments = {"--database-url", "postgresql://u:s3cr3t@h/d", "--log-level", "x"}});
  EXPECT_THAT(base::MessageOf(command.status()), testing::Not(HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace syncline::app
