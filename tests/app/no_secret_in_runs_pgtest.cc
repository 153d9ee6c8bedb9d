// I5 by reflection, over whole runs: for every secret field of every kind a credential is saved
// with a sentinel in it, and a run signs in with it at a vendor that repeats, in records and in
// errors, whatever it was sent. Then nothing that anybody can read holds the sentinel: no answer of
// the API, no log line, no dump, also not after the keys were exchanged.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/key_commands.h"
#include "app/server.h"
#include "secret/keyring.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/mapping_service.pb.h"
#include "syncline/v1/object_service.pb.h"
#include "syncline/v1/run_service.pb.h"
#include "tests/api/api_client.h"
#include "tests/api/secret_probe.h"
#include "tests/support/http_server.h"
#include "tests/support/line_logger.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kWorkspace = "workspaces/default";
constexpr const char* kObtained = "OBTAINED-0123456789abcdef";  // begins all that a login yields

// One secret field, what stands in it, and what signs in with it.
struct Case {
  std::string place;
  api::SecretProbe probe;
  std::string id;  // of credential and integration
  bool alternative = false;
};

// A vendor that answers every sign-in, and tells everybody what it was told.
class RepeatingVendor {
 public:
  // Whose requests carry the query `probe=ID` gets `secret` told, too, in every form.
  void Know(const std::string& id, const std::string& secret) { secrets_[id] = secret; }
  std::string origin() const { return server_.origin(); }
  // Requests for the list of `id` so far.
  int asked(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return asked_[id];
  }

 private:
  void Answer(const httplib::Request& request, httplib::Response& response) {
    if (request.path == "/token" || request.path == "/login") {
      const std::lock_guard lock(mutex_);
      response.set_content(
          fmt::format(
              R"({{"access_token":"{0}-a{1}","refresh_token":"{0}-r{1}","token":"{0}-s{1}",)"
              R"("token_type":"Bearer","expires_in":3600}})",
              kObtained, ++issued_),
          "application/json");
      return;
    }
    const std::string id = request.get_param_value("probe");
    const std::string told = Told(request, id);
    if (request.path == "/list" && request.get_param_value("offset") == "0") {
      const std::lock_guard lock(mutex_);
      ++asked_[id];
      response.set_content(
          fmt::format(R"([{{"email":"{}@vendor.example"}},{{"told":"{}"}}])", id, told),
          "application/json");
      return;
    }
    // The second page is out of order once, then refused.
    const std::lock_guard lock(mutex_);
    response.status = request.path == "/list" && ++troubles_[id] % 2 == 1 ? 503 : 403;
    response.set_content(fmt::format(R"({{"message":"you sent {}"}})", told), "application/json");
  }
  // As the inside of a JSON string.
  std::string Told(const httplib::Request& request, const std::string& id) const {
    std::string told = request.target + " " + request.body;
    for (const auto& [name, value] : request.headers) told += " " + value;
    std::string secret;
    if (const auto found = secrets_.find(id); found != secrets_.end()) secret = found->second;
    for (const std::string& form :
         {secret, secret::EncodeHex(secret), secret::EncodeBase64(secret),
          secret::EncodeBase64("user:" + secret), http::PercentEncode(secret)}) {
      told += " " + form;
    }
    std::string escaped;
    for (const char byte : told) {
      if (byte == '"' || byte == '\\') escaped += '\\';
      escaped += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
    }
    return escaped;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> secrets_;  // filled before requests come
  std::map<std::string, int> asked_;
  std::map<std::string, int> troubles_;
  int issued_ = 0;
  test::HttpServer server_{[this](const httplib::Request& request, httplib::Response& response) {
    Answer(request, response);
  }};
};

class NoSecretInRunsTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    std::string pattern = testing::TempDir() + "/secrets-XXXXXX";
    home_ = mkdtemp(pattern.data());
    ASSERT_TRUE(GenerateKeys(home_ / "one", random_).ok());
    ASSERT_TRUE(GenerateKeys(home_ / "two", random_).ok());
    config_.database_url = migrated_->url();
    config_.listen = {"127.0.0.1:0"};
    config_.egress.allowed.push_back(http::EgressEntry::Parse("127.0.0.1:*").value());
    config_.scheduler = false;
    config_.keyring_file = home_ / "keyring";
    config_.keyring_file_given = true;
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Stop();
    server_.reset();
    if (!home_.empty()) fs::remove_all(home_);
    MigratedDatabaseTest::TearDown();
  }

  // The server anew, with the keys of these files; the first seals.
  void Serve(std::initializer_list<const char*> keys) {
    if (server_ != nullptr) server_->Stop();
    std::ofstream keyring(config_.keyring_file, std::ios::trunc);
    for (const char* key : keys) keyring << std::ifstream(home_ / key).rdbuf();
    keyring.close();
    fs::permissions(config_.keyring_file, fs::perms::owner_read | fs::perms::owner_write);
    server_ = std::make_unique<Server>(config_, clock_, random_, logger_, [] {});
    const absl::Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << base::MessageOf(started);
    const std::string text = logger_.text();
    const std::string_view mark = " listen=";
    const std::size_t at = text.rfind(mark) + mark.size();
    client_ =
        std::make_unique<api::ApiClient>(text.substr(at, text.find_first_of(" ,\n", at) - at));
  }

  // Remembers what was said by the API.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& method, const Request& request) {
    auto answer = client_->Call<Response>(method, request);
    if (answer.ok()) {
      said_ += answer->DebugString() + answer->SerializeAsString();
    } else {
      said_ += base::MessageOf(answer.status());
      for (const auto& [key, value] : base::MetadataOf(answer.status())) said_ += key + value;
    }
    return answer;
  }
  template <typename Response, typename Request>
  Response List(const std::string& method, const std::string& parent) {
    Request request;
    request.set_parent(parent);
    request.set_page_size(1'000);
    const auto answer = Call<Response>(method, request);
    EXPECT_TRUE(answer.ok()) << method << ": " << answer.status();
    return answer.ok() ? *answer : Response();
  }

  void Save(const Case& test) {
    v1::CreateCredentialRequest credential;
    credential.set_parent(kWorkspace);
    credential.set_credential_id(test.id);
    *credential.mutable_credential() = test.probe.credential;
    const auto saved = Call<v1::Credential>("CredentialService/CreateCredential", credential);
    ASSERT_TRUE(saved.ok()) << test.place << ": " << saved.status();
    auto integration = api::Proto<v1::CreateIntegrationRequest>(fmt::format(
        "parent: '{0}' integration_id: '{1}' integration {{ object_type: 'user' "
        "credential: '{1}' request {{ url: '{2}/list?probe={1}' }} "
        "pagination {{ limit_offset {{ limit: 2 }} }} limits {{ attempt_count_max: 2 }} }}",
        kWorkspace, test.id, vendor_.origin()));
    if (test.alternative) {
      integration.mutable_integration()->set_credential_alternative(api::kMapKey);
    }
    const auto made = Call<v1::Integration>("IntegrationService/CreateIntegration", integration);
    ASSERT_TRUE(made.ok()) << test.place << ": " << made.status();
    const auto mapping = Call<v1::Mapping>(
        "MappingService/UpdateMapping",
        api::Proto<v1::UpdateMappingRequest>(fmt::format(
            "mapping {{ name: '{}/integrations/{}/mapping' sync_keys: 'email' fields {{ key: "
            "'email' value {{ from: 'email' }} }} }}",
            kWorkspace, test.id)));
    ASSERT_TRUE(mapping.ok()) << test.place << ": " << mapping.status();
  }
  // Every integration runs once, several at a time, and ends at the vendor's refusal.
  void RunAll(const std::vector<Case>& cases) {
    std::vector<std::string> runs;
    for (const Case& test : cases) {
      v1::StartRunRequest start;
      start.set_parent(fmt::format("{}/integrations/{}", kWorkspace, test.id));
      const auto run = Call<v1::Run>("RunService/StartRun", start);
      ASSERT_TRUE(run.ok()) << test.place << ": " << run.status();
      runs.push_back(run->name());
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
      AwaitTheRefusal(cases[i], runs[i]);
      ReadAll(cases[i], runs[i]);
    }
  }
  void AwaitTheRefusal(const Case& test, const std::string& name) {
    v1::GetRunRequest get;
    get.set_name(name);
    const base::SteadyTime deadline = clock_.SteadyNow() + std::chrono::seconds(60);
    absl::StatusOr<v1::Run> run = v1::Run();
    while (run.ok() && run->end_time().seconds() == 0 && clock_.SteadyNow() < deadline) {
      clock_.WaitFor(std::chrono::milliseconds(20), {});
      run = client_->Call<v1::Run>("RunService/GetRun", get);
    }
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->error().reason(), "AUTH_FAILED") << test.place << ": " << run->DebugString();
    Call<v1::Run>("RunService/GetRun", get).IgnoreError();
  }
  // All that there is to read of a run.
  void ReadAll(const Case& test, const std::string& run) {
    List<v1::ListRunsResponse, v1::ListRunsRequest>(
        "RunService/ListRuns", fmt::format("{}/integrations/{}", kWorkspace, test.id));
    const auto events =
        List<v1::ListRunEventsResponse, v1::ListRunEventsRequest>("RunService/ListRunEvents", run);
    EXPECT_THAT(events.DebugString(), HasSubstr("you sent")) << "what the vendor told is shown";
    EXPECT_THAT(events.DebugString(), HasSubstr("waiting")) << "of its trouble, too";
    const auto rejects =
        List<v1::ListRejectsResponse, v1::ListRejectsRequest>("RunService/ListRejects", run);
    ASSERT_EQ(rejects.rejects_size(), 1) << test.place;
    EXPECT_THAT(rejects.rejects(0).record(), HasSubstr("told"));
    const auto exchanges = List<v1::ListRunExchangesResponse, v1::ListRunExchangesRequest>(
        "RunService/ListRunExchanges", run);
    EXPECT_GE(exchanges.exchanges_size(), 3) << "two pages, the second of them twice";
    EXPECT_THAT(exchanges.DebugString(), HasSubstr("you sent")) << "what the vendor told is shown";
    v1::PreviewIntegrationRequest preview;
    preview.set_name(fmt::format("{}/integrations/{}", kWorkspace, test.id));
    const auto previewed =
        Call<v1::PreviewIntegrationResponse>("IntegrationService/PreviewIntegration", preview);
    ASSERT_TRUE(previewed.ok()) << test.place << ": " << previewed.status();
    EXPECT_THAT(previewed->DebugString(), HasSubstr("told")) << test.place;
    v1::TestCredentialRequest check;
    check.set_name(fmt::format("{}/credentials/{}", kWorkspace, test.id));
    check.set_url(fmt::format("{}/check?probe={}", vendor_.origin(), test.id));
    if (test.alternative) check.set_alternative(api::kMapKey);
    const auto checked =
        Call<v1::TestCredentialResponse>("CredentialService/TestCredential", check);
    ASSERT_TRUE(checked.ok()) << test.place << ": " << checked.status();
    EXPECT_EQ(checked->status(), 403) << test.place << ": " << checked->DebugString();
  }
  void ReadObjects(std::size_t count) {
    const auto objects = List<v1::ListObjectsResponse, v1::ListObjectsRequest>(
        "ObjectService/ListObjects", fmt::format("{}/objectTypes/user", kWorkspace));
    EXPECT_EQ(objects.objects_size(), static_cast<int>(count)) << "one of each run";
    List<v1::ListCredentialsResponse, v1::ListCredentialsRequest>(
        "CredentialService/ListCredentials", kWorkspace);
    List<v1::ListIntegrationsResponse, v1::ListIntegrationsRequest>(
        "IntegrationService/ListIntegrations", kWorkspace);
  }
  std::vector<Case> FindCases() {
    std::vector<api::SecretPlace> places;
    api::FindSecretPlaces(*v1::Credential::descriptor(), {}, &places);
    const api::SecretProber prober(vendor_.origin());
    std::vector<Case> cases;
    for (const api::SecretPlace& place : places) {
      const std::string number = std::to_string(cases.size());
      const std::string sentinel = "SENTINEL-" + number + "/hunter2?&%-SENTINEL";
      Case test{place.text, prober.Try(place, sentinel), "probe-" + number,
                place.text.starts_with("alternatives.")};
      EXPECT_TRUE(test.probe.status.ok()) << place.text << ": " << test.probe.status;
      if (!test.probe.is_key) vendor_.Know(test.id, test.probe.secret);
      cases.push_back(std::move(test));
    }
    return cases;
  }
  void ExpectNothingReadable(const std::vector<Case>& cases, const std::string& what,
                             const std::string& text) {
    ASSERT_FALSE(text.empty()) << what;
    for (const Case& test : cases) {
      api::ExpectAbsent(test.probe.secret, test.place, what, text);
    }
    api::ExpectAbsent(kObtained, "a token or session", what, text);
  }

  const base::SystemClock clock_;
  base::SeededRandom random_{7};
  test::LineLogger logger_;
  RepeatingVendor vendor_;
  fs::path home_;
  Config config_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<api::ApiClient> client_;
  std::string said_;
};

TEST_F(NoSecretInRunsTest, NothingToReadHoldsASecretAlsoAfterTheKeysWereExchanged) {
  const std::vector<Case> cases = FindCases();
  ASSERT_GE(cases.size(), 20U);
  Serve({"one"});
  ASSERT_NE(client_, nullptr);
  for (const Case& test : cases) Save(test);
  RunAll(cases);
  for (const Case& test : cases) {
    EXPECT_EQ(vendor_.asked(test.id), 2) << test.place << " was not used at the vendor";
  }
  ReadObjects(cases.size());
  const std::string before = migrated_->Dump();
  EXPECT_THAT(before, HasSubstr("[withheld]")) << "the dump holds what was told";
  ExpectNothingReadable(cases, "an answer", said_);
  ExpectNothingReadable(cases, "the dump before", before);

  Serve({"two", "one"});
  std::ostringstream rotated;
  const absl::Status status = RotateKeys(config_, logger_, rotated);
  ASSERT_TRUE(status.ok()) << base::MessageOf(status);
  EXPECT_THAT(rotated.str(), HasSubstr("the other keys can be removed"));
  const std::string after = migrated_->Dump();
  ExpectNothingReadable(cases, "the dump after", after);
  const std::string one = secret::Keyring::Load((home_ / "one").string())->active_id();
  EXPECT_THAT(before, HasSubstr("\t" + one + "\t"));
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential_secret WHERE key_id = '" +
                             one + "'"),
            "0");

  // Without the old key everything still opens: each run gets as far as before.
  said_.clear();
  Serve({"two"});
  RunAll(cases);
  ReadObjects(cases.size());
  ExpectNothingReadable(cases, "an answer afterwards", said_);
  ExpectNothingReadable(cases, "the dump at the end", migrated_->Dump());
  ExpectNothingReadable(cases, "the log", logger_.text());
  ExpectNothingReadable(cases, "what keys rotate printed", rotated.str());
  std::cout << cases.size() << " secret fields were signed in with, twice, and searched for\n";
}

}  // namespace
}  // namespace syncline::app
