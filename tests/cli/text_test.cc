#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/status.h"
#include "cli/closest.h"
#include "cli/completion.h"
#include "cli/counter_text.h"
#include "cli/duration_text.h"
#include "cli/error_text.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/output_only.h"
#include "cli/resource_name.h"
#include "cli/server_address.h"
#include "cli/server_error.h"
#include "cli/table.h"
#include "syncline/v1/credential.pb.h"
#include "syncline/v1/object.pb.h"
#include "syncline/v1/run.pb.h"
#include "syncline/wire/v1/error_details.pb.h"

namespace syncline::cli {
namespace {

using ::testing::HasSubstr;

TEST(TableTest, AlignsColumnsAndNumbers) {
  Table table({"NAME", "PAGES"});
  table.Add({"okta-users", "7"});
  table.Add({"é", "1,200"});
  EXPECT_EQ(table.Text(),
            "NAME        PAGES\n"
            "okta-users      7\n"
            "é           1,200\n");
}

TEST(TableTest, ShowsNoControlCharactersAndCutsCells) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc", 60), "a?[31mb?c");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "1m",
                      60),
            "?1m");
  EXPECT_EQ(Printable("äöüäöü", 4), "äöü~");
  EXPECT_EQ(Printable("äöüä", 4), "äöüä");
}

TEST(OutputTest, ShowsARunAsARow) {
  auto run = std::make_unique<v1::Run>();
  run->set_name("workspaces/default/integrations/users/runs/7");
  run->set_state(v1::Run::STATE_SUCCEEDED);
  run->mutable_counters()->set_records(12);
  std::vector<MessagePointer> runs;
  runs.push_back(std::move(run));
  EXPECT_EQ(TableText({"name", "state", "counters.records", "error.reason"}, runs),
            "NAME     STATE      RECORDS  REASON\n"
            "users/7  SUCCEEDED       12\n");
}

TEST(OutputTest, YamlKeepsTextsApartFromNumbers) {
  auto credential = std::make_unique<v1::Credential>();
  credential->set_display_name("00123");
  credential->mutable_api_token()->set_prefix("SSWS ");
  credential->add_allowed_hosts("yes");
  EXPECT_EQ(OneText(OutputFormat::kYaml, {}, std::move(credential)),
            "displayName: \"00123\"\nallowedHosts:\n  - \"yes\"\napiToken:\n  prefix: \"SSWS \"\n");
}

TEST(OutputTest, AnEmptyListIsAListInEveryFormat) {
  EXPECT_EQ(ListText(OutputFormat::kJson, {"name"}, {}), "[]\n");
  EXPECT_EQ(ListText(OutputFormat::kYaml, {"name"}, {}), "[]\n");
  EXPECT_EQ(ListText(OutputFormat::kTable, {"name"}, {}), "NAME\n");
}

TEST(OutputTest, ObjectsShowTheFieldsThatAnyHas) {
  std::vector<MessagePointer> objects;
  for (const char* id : {"1", "2"}) {
    auto object = std::make_unique<v1::Object>();
    object->set_name(std::string("workspaces/default/objectTypes/user/objects/") + id);
    (*object->mutable_fields())[id[0] == '1' ? "email" : "age"].set_string_value("x");
    objects.push_back(std::move(object));
  }
  EXPECT_EQ(ObjectTableText(objects),
            "ID  REVISION  AGE  EMAIL\n 1         0       x\n 2         0  x\n");
}

TEST(ResourceNameTest, TakesIdsAndFullNames) {
  const ResourceKind& schedule = *KindOfMessage("Schedule");
  EXPECT_EQ(*FullName(schedule, "w", "i/s"), "workspaces/w/integrations/i/schedules/s");
  EXPECT_EQ(*FullName(schedule, "w", "workspaces/v/integrations/i/schedules/s"),
            "workspaces/v/integrations/i/schedules/s");
  EXPECT_EQ(*FullName(*KindOfMessage("Mapping"), "w", "i"), "workspaces/w/integrations/i/mapping");
  EXPECT_EQ(*FullName(*KindOfMessage("Workspace"), "w", "x"), "workspaces/x");
  EXPECT_THAT(base::MessageOf(FullName(schedule, "w", "i").status()),
              HasSubstr("integration/schedule"));
  EXPECT_FALSE(FullName(schedule, "w", "i/").ok());
  EXPECT_EQ(ShortName("workspaces/w/integrations/i/runs/7"), "i/7");
  EXPECT_EQ(ShortName("workspaces/w/integrations/i/mapping"), "i");
  EXPECT_EQ(ShortName("workspaces/w"), "w");
  EXPECT_EQ(ParentOf("workspaces/w/integrations/i/mapping"), "workspaces/w/integrations/i");
  EXPECT_EQ(ParentOf("workspaces/w/integrations/i"), "workspaces/w");
  EXPECT_EQ(ParentOf("workspaces/w"), "");
}

TEST(ResourceKindTest, EveryDefinedKindHasItsMethods) {
  for (const ResourceKind* kind : ResourceKinds()) {
    ASSERT_NE(MethodOf(*kind, "Get"), nullptr) << kind->message;
    EXPECT_EQ(MessageOf(*kind)->name(), kind->message);
    if (kind->defined) {
      EXPECT_NE(MethodOf(*kind, "Update"), nullptr) << kind->message;
    }
    if (!kind->singleton) {
      EXPECT_NE(MethodOf(*kind, "List"), nullptr) << kind->message;
    }
  }
}

TEST(ServerAddressTest, OnlyLoopback) {
  EXPECT_EQ(*ParseServerAddress("127.0.0.1:9"), "127.0.0.1:9");
  EXPECT_EQ(*ParseServerAddress("localhost"), "localhost:8470");
  EXPECT_EQ(*ParseServerAddress("[::1]:9"), "[::1]:9");
  EXPECT_EQ(*ParseServerAddress("unix:/run/s.sock"), "unix:/run/s.sock");
  for (const char* wrong :
       {"10.0.0.1:9", "vendor.example", "127.0.0.1:x", "", ":9", "[::]:9", "127.evil.example"}) {
    EXPECT_FALSE(ParseServerAddress(wrong).ok()) << wrong;
  }
}

TEST(DurationTextTest, ReadsAndWrites) {
  using std::chrono::milliseconds;
  EXPECT_EQ(ParseDuration("1h30m"), milliseconds(5'400'000));
  EXPECT_EQ(ParseDuration("250ms"), milliseconds(250));
  for (const char* wrong : {"", "30", "s", "1x", "1s1s", "-1s", "1..5s", "20000d"}) {
    EXPECT_FALSE(ParseDuration(wrong).has_value()) << wrong;
  }
  EXPECT_EQ(DurationText(milliseconds(850)), "850 ms");
  EXPECT_EQ(DurationText(milliseconds(200'000)), "3 min 20 s");
  EXPECT_EQ(Grouped(-1'234'567), "-1,234,567");
  EXPECT_EQ(Grouped(999), "999");
}

TEST(ClosestTest, FindsTyposOnly) {
  EXPECT_EQ(Closest("object_type", {"objectType", "name"}), "objectType");
  EXPECT_EQ(Closest("paginaton", {"pagination", "page"}), "pagination");
  EXPECT_EQ(Closest("zebra", {"objectType", "name"}), "");
}

struct ExitCase {
  absl::Status status;
  int code;
};

TEST(ExitCodeTest, IsStable) {
  for (const ExitCase& row :
       {ExitCase{absl::OkStatus(), 0}, ExitCase{absl::InternalError(""), 1},
        ExitCase{absl::InvalidArgumentError(""), 2}, ExitCase{absl::NotFoundError(""), 3},
        ExitCase{absl::UnavailableError(""), 4}, ExitCase{absl::DeadlineExceededError(""), 4},
        ExitCase{absl::AbortedError(""), 6}, ExitCase{absl::FailedPreconditionError(""), 6},
        ExitCase{absl::AlreadyExistsError(""), 6}}) {
    EXPECT_EQ(static_cast<int>(ExitCodeOf(row.status)), row.code) << row.status;
  }
}

TEST(ServerErrorTest, ReadsReasonFactsAndViolations) {
  wire::v1::Status details;
  wire::v1::ErrorInfo info;
  info.set_reason("IN_USE");
  (*info.mutable_metadata())["used_by"] = "users";
  auto* any = details.add_details();
  any->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  any->set_value(info.SerializeAsString());
  const absl::Status status = StatusOfServer(grpc::Status(
      grpc::StatusCode::FAILED_PRECONDITION, "okta is in use", details.SerializeAsString()));
  EXPECT_EQ(ErrorText(status), "error: okta is in use [IN_USE]\n  used_by: users\n");
  wire::v1::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("request.url");
  violation->set_description("must be absolute");
  auto* second = details.add_details();
  second->set_type_url("type.googleapis.com/google.rpc.BadRequest");
  second->set_value(bad.SerializeAsString());
  EXPECT_EQ(ErrorText(StatusOfServer(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "1 field",
                                                  details.SerializeAsString()))),
            "error: 1 mistake [INVALID_ARGUMENT]\n  request.url: must be absolute\n");
  EXPECT_EQ(ErrorText(StatusOfServer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused"))),
            "error: refused [UNAVAILABLE]\n");
}

TEST(CompletionTest, KnowsItsShells) {
  const std::vector<CommandWords> commands{{"list", "List", {"--limit"}, {"runs"}}};
  EXPECT_THAT(*CompletionScript("bash", commands), HasSubstr("list) words=\"runs --limit\""));
  EXPECT_THAT(*CompletionScript("zsh", commands), HasSubstr("bashcompinit"));
  EXPECT_THAT(*CompletionScript("fish", commands), HasSubstr("-l limit"));
  EXPECT_FALSE(CompletionScript("tcsh", commands).ok());
}

// Names of the fields at the top of a message whose comment begins with "Output only".
std::set<std::string> DocumentedOutputOnly(const google::protobuf::Descriptor& type) {
  std::ifstream file(std::string(SYNCLINE_SOURCE_DIR "/proto/") + type.file()->name());
  std::set<std::string> names;
  std::string line;
  bool inside = false;
  bool output_only = false;
  while (std::getline(file, line)) {
    if (line == "message " + type.name() + " {") inside = true;
    if (line == "}") inside = false;
    if (!inside || !line.starts_with("  ") || line[2] == ' ') continue;
    if (line.starts_with("  //")) {
      output_only = output_only || line.find("Output only") != std::string::npos;
      continue;
    }
    const std::size_t end = line.find(" = ");
    if (end != std::string::npos && output_only) {
      const std::size_t begin = line.rfind(' ', end - 1) + 1;
      names.insert(line.substr(begin, end - begin));
    }
    output_only = false;
  }
  return names;
}

TEST(OutputOnlyTest, AgreesWithTheCommentsOfTheContract) {
  for (const ResourceKind* kind : ResourceKinds()) {
    if (!kind->defined) continue;
    const auto& type = *MessageOf(*kind);
    const std::set<std::string> documented = DocumentedOutputOnly(type);
    EXPECT_FALSE(documented.empty()) << type.name();
    for (int i = 0; i < type.field_count(); ++i) {
      EXPECT_EQ(IsOutputOnly(*type.field(i)), documented.contains(type.field(i)->name()))
          << type.field(i)->full_name();
    }
  }
}

}  // namespace
}  // namespace syncline::cli
