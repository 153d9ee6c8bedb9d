// One answer that is cut into pages while it is received: what is handed out, how it is asked for
// again, and what of it is refused.
#include "pull/record_stream.h"

#include <gmock/gmock.h>

#include <set>

#include "http/body_sink.h"
#include "pull/validate_integration.h"
#include "tests/decode/archives.h"
#include "tests/pull/puller_fixture.h"
#include "tests/support/scripted_transport.h"

namespace syncline::pull {
namespace {

using base::Reason;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Record(int id) { return R"({"id":)" + std::to_string(id) + "}"; }

std::string List(int first, int count) {
  std::string list = "[";
  for (int id = first; id < first + count; ++id) list += (id > first ? "," : "") + Record(id);
  return list + "]";
}

class RecordStreamTest : public PullerTest {
 protected:
  std::unique_ptr<Puller> Make(const std::string& more, const std::string& response = "") {
    return MakePuller(transport_, "request { url: 'http://v.example/' } response { stream: true " +
                                      response + " } " + more);
  }
  // Every page as "number:count", "*" behind the last, and what ended it.
  std::string Pages(Puller& puller) {
    std::string pages;
    while (true) {
      const auto page = puller.Next({});
      if (!page.ok()) {
        last_error_ = page.status();
        return pages + std::string(base::ReasonName(base::ReasonOf(page.status())));
      }
      if (!page->has_value()) return pages;
      (*page)->records.ForEachElement([&](const expression::Value& record) {
        ids_.push_back(std::string(record.Find("id").text()));
      });
      pages += std::to_string((*page)->number) + ":" + std::to_string((*page)->records.size()) +
               ((*page)->last ? "* " : " ");
      checkpoints_.push_back((*page)->checkpoint);
    }
  }
  std::size_t distinct() const { return std::set(ids_.begin(), ids_.end()).size(); }

  test::ScriptedTransport transport_;
  std::vector<std::string> ids_;
  std::vector<std::string> checkpoints_;
  absl::Status last_error_;
};

struct SizeCase {
  int records;
  const char* pages;
};

TEST_F(RecordStreamTest, IsCutIntoPagesOfAThousand) {
  for (const SizeCase& size : std::vector<SizeCase>{{0, "1:0* "},
                                                    {1, "1:1* "},
                                                    {999, "1:999* "},
                                                    {1'000, "1:1000* "},
                                                    {1'001, "1:1000 2:1* "},
                                                    {3'000, "1:1000 2:1000 3:1000* "}}) {
    transport_.EnqueueJson(List(0, size.records));
    ids_.clear();
    EXPECT_EQ(Pages(*Make("")), size.pages);
    EXPECT_EQ(distinct(), static_cast<std::size_t>(size.records));
  }
}

TEST_F(RecordStreamTest, IsCutByItsSizeToo) {
  std::string list = "[";
  for (int id = 0; id < 5; ++id) {
    list += std::string(id > 0 ? "," : "") + R"({"id":)" + std::to_string(id) + R"(,"text":")" +
            std::string(1 << 20, 'x') + "\"}";
  }
  transport_.EnqueueJson(list + "]");
  EXPECT_EQ(Pages(*Make("")), "1:2 2:2 3:1* ");
}

TEST_F(RecordStreamTest, IsFoundAtItsPath) {
  transport_.EnqueueJson(R"({"meta":{"n":[1,2]},"data":{"items":)" + List(0, 1'500) +
                         R"(},"next":null})");
  EXPECT_EQ(Pages(*Make("records: 'data.items'")), "1:1000 2:500* ");
}

TEST_F(RecordStreamTest, ComesInOtherFormatsAndCompressed) {
  std::string lines;
  std::string csv = "id,n\n";
  for (int id = 0; id < 1'200; ++id) {
    lines += Record(id) + "\n";
    csv += std::to_string(id) + ",x\n";
  }
  const auto enqueue = [&](std::string body, const char* type) {
    http::Response response{.status = 200, .body = std::move(body)};
    response.headers.Add("Content-Type", type);
    transport_.Enqueue(std::move(response));
  };
  enqueue(lines, "application/x-ndjson");
  EXPECT_EQ(Pages(*Make("", "format: RESPONSE_FORMAT_JSON_LINES")), "1:1000 2:200* ");
  enqueue(csv, "text/csv");
  EXPECT_EQ(Pages(*Make("", "format: RESPONSE_FORMAT_CSV")), "1:1000 2:200* ");
  enqueue(decode::Zip({{"list.csv.gz", decode::Gzip(csv)}}), "application/zip");
  EXPECT_EQ(Pages(*Make("", "format: RESPONSE_FORMAT_CSV")), "1:1000 2:200* ");
  enqueue(decode::Gzip(List(0, 1'200)), "application/gzip");
  EXPECT_EQ(Pages(*Make("")), "1:1000 2:200* ");
  EXPECT_EQ(distinct(), 1'200U);
}

TEST_F(RecordStreamTest, RecordStepsWorkOnItsPages) {
  transport_.EnqueueJson(List(0, 2'500));
  EXPECT_EQ(Pages(*Make("record_steps { filter: 'record.id < `10`' }")), "1:10 2:0 3:0* ");
}

TEST_F(RecordStreamTest, IsOnePageOfItsPaging) {
  transport_.EnqueueJson(List(0, 2'500));
  transport_.EnqueueJson(List(2'500, 2'500));
  transport_.EnqueueJson(List(5'000, 100));
  EXPECT_EQ(Pages(*Make("pagination { limit_offset { limit: 2500 } }")),
            "1:1000 2:1000 3:500 4:1000 5:1000 6:500 7:100* ");
  std::vector<std::string> queries;
  for (const http::Request& request : transport_.requests()) queries.push_back(request.url.query);
  EXPECT_THAT(queries, ElementsAre("limit=2500&offset=0", "limit=2500&offset=2500",
                                   "limit=2500&offset=5000"));
  EXPECT_EQ(distinct(), 5'100U);
}

TEST_F(RecordStreamTest, ALoopIsFound) {
  for (int i = 0; i < 2; ++i) transport_.EnqueueJson(List(0, 2'000));
  EXPECT_EQ(Pages(*Make("pagination { limit_page { limit: 2000 } }")),
            "1:1000 2:1000 3:1000 PAGINATION_LOOP");
}

// A run that is interrupted after any of its pages: every record exactly once, as if it had not
// been.
TEST_F(RecordStreamTest, GoesOnAfterACrashWithoutLossAndWithoutRepetition) {
  const std::string list = List(0, 4'321);
  transport_.EnqueueJson(list);
  EXPECT_EQ(Pages(*Make("")), "1:1000 2:1000 3:1000 4:1000 5:321* ");
  const std::vector<std::string> ids = ids_;
  const std::vector<std::string> checkpoints = checkpoints_;
  for (std::size_t crash = 1; crash < checkpoints.size(); ++crash) {
    transport_.EnqueueJson(list);
    const auto puller = Make("");
    ASSERT_TRUE(puller->Resume(static_cast<std::int64_t>(crash), checkpoints[crash - 1]).ok());
    ids_.assign(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(crash * 1'000));
    const std::string pages = Pages(*puller);
    EXPECT_TRUE(pages.ends_with("5:321* ")) << pages;
    EXPECT_TRUE(ids_ == ids) << "after page " << crash;
  }
}

TEST_F(RecordStreamTest, BeginsAgainWhereTheListIsAnotherAfterACrash) {
  transport_.EnqueueJson(List(0, 3'500));
  Pages(*Make(""));
  const std::string checkpoint = checkpoints_[1];  // 2,000 records are committed
  struct Change {
    const char* name;
    std::string list;
    const char* pages;
    std::size_t records;
  };
  for (const Change& change : std::vector<Change>{
           {"inserted in front", List(-1, 3'501), "3:1000 4:1000 5:1000 6:501* ", 3'501},
           {"removed in front", List(1, 3'499), "3:1000 4:1000 5:1000 6:499* ", 3'499},
           {"shorter than what was committed", List(0, 1'500), "3:1000 4:500* ", 1'500}}) {
    for (int i = 0; i < 2; ++i) transport_.EnqueueJson(change.list);
    const auto puller = Make("");
    ASSERT_TRUE(puller->Resume(2, checkpoint).ok());
    ids_.clear();
    EXPECT_EQ(Pages(*puller), change.pages) << change.name;
    EXPECT_EQ(distinct(), change.records) << change.name;
  }
  // The same as far as it was committed: only what follows is new.
  transport_.EnqueueJson(List(0, 2'000));
  const auto puller = Make("");
  ASSERT_TRUE(puller->Resume(2, checkpoint).ok());
  EXPECT_EQ(Pages(*puller), "3:0* ");
}

TEST_F(RecordStreamTest, GivesUpOnAListThatIsAlwaysAnother) {
  // Each time it is another, and breaks off. Larger than the buffer: some of it was read by then.
  class Changing final : public http::Transport {
   public:
    absl::StatusOr<http::Response> Send(const http::Request& request, const http::TransportLimits&,
                                        std::stop_token stop) override {
      const std::string body = List(++round_ * 100'000, 99'000);
      request.sink->Begin(test::JsonResponse(""));
      for (std::string_view rest = body; !rest.empty();) {
        const std::string_view piece = rest.substr(0, 50'000);
        if (request.sink->Take(piece)) {
          rest.remove_prefix(piece.size());
        } else if (!request.sink->WaitForRoom(stop)) {
          return base::Error(Reason::kCancelled, "stopped");
        }
      }
      return base::Error(Reason::kBodyTruncated, "broke off");
    }

   private:
    int round_ = 0;
  };
  Changing changing;
  const auto unlucky = MakePuller(changing,
                                  "request { url: 'http://v.example/' } response { stream: true } "
                                  "limits { attempt_count_max: 3 }");
  EXPECT_THAT(Pages(*unlucky), testing::EndsWith(" VENDOR_ERROR"));
  EXPECT_EQ(base::MetadataOf(last_error_)["restarts"], "3");
}

// Delivers the first bytes of a body, and breaks off; later the whole.
TEST_F(RecordStreamTest, GoesOnInTheSameRequestAfterItBrokeOff) {
  const std::string list = List(0, 3'210);
  int tries = 0;
  test::ScriptedTransport breaking(
      [&](const http::Request& request) -> absl::StatusOr<http::Response> {
        if (++tries == 4) return test::JsonResponse(list);
        request.sink->Begin(test::JsonResponse(""));
        std::string_view part =
            std::string_view(list).substr(0, static_cast<std::size_t>(tries) * 11'111);
        EXPECT_TRUE(request.sink->Take(part));
        return base::Error(Reason::kBodyTruncated, "broke off");
      });
  const auto puller =
      MakePuller(breaking, "request { url: 'http://v.example/' } response { stream: true }");
  EXPECT_EQ(Pages(*puller), "1:1000 2:1000 3:1000 4:210* ");
  EXPECT_EQ(ids_.size(), 3'210U);
  EXPECT_EQ(distinct(), 3'210U);
  EXPECT_EQ(tries, 4);
  EXPECT_EQ(waits_.size(), 3U);
}

TEST_F(RecordStreamTest, EndsWithTheErrorWhenItBreaksOffTooOften) {
  test::ScriptedTransport breaking(
      [&](const http::Request& request) -> absl::StatusOr<http::Response> {
        request.sink->Begin(test::JsonResponse(""));
        EXPECT_TRUE(request.sink->Take(R"([{"id":1},)"));
        return base::Error(Reason::kBodyTruncated, "broke off");
      });
  const auto puller = MakePuller(breaking,
                                 "request { url: 'http://v.example/' } response { stream: true } "
                                 "limits { attempt_count_max: 2 }");
  EXPECT_EQ(Pages(*puller), "BODY_TRUNCATED");
  EXPECT_EQ(breaking.requests().size(), 2U);
}

TEST_F(RecordStreamTest, WhatIsNoListIsHeldAndJudged) {
  transport_.EnqueueJson("busy", 503);
  transport_.EnqueueJson(List(0, 2));
  EXPECT_EQ(Pages(*Make("")), "1:2* ");
  transport_.Enqueue(http::Response{.status = 204});
  EXPECT_EQ(Pages(*Make("")), "1:0* ");
  transport_.EnqueueJson("gone", 404);
  EXPECT_EQ(Pages(*Make("", "rules { statuses: 404 action: ACTION_SKIP }")), "1:0* ");
  transport_.EnqueueJson(R"({"error":"token"})", 400);
  transport_.EnqueueJson(List(0, 2));
  EXPECT_EQ(Pages(*Make("",
                        "rules { statuses: 400 when: 'response.error' action: "
                        "ACTION_RESTART_PAGING }")),
            "1:2* ");
  SignFor({"v.example"});
  transport_.EnqueueJson("no", 401);
  transport_.EnqueueJson("no", 401);  // tried once more
  EXPECT_EQ(Pages(*Make("")), "AUTH_FAILED");
  EXPECT_EQ(base::MetadataOf(last_error_)["body"], "no");
  transport_.EnqueueJson("{}", 200);
  EXPECT_EQ(Pages(*Make("", "rules { statuses: 200 action: ACTION_FAIL message: 'no' }")),
            "VENDOR_ERROR");
}

struct LyingCase {
  const char* name;
  const char* records;
  const char* rules;
  const char* content_type;
  std::string body;
  const char* pages;
  const char* shown;  // of the metadata `body`
};

class LyingStreamTest : public RecordStreamTest, public testing::WithParamInterface<LyingCase> {};

TEST_P(LyingStreamTest, IsANamedError) {
  http::Response response{.status = 200, .body = GetParam().body};
  response.headers.Add("Content-Type", GetParam().content_type);
  transport_.Enqueue(std::move(response));
  SignFor({"v.example"});
  EXPECT_EQ(Pages(*Make(GetParam().records, GetParam().rules)), GetParam().pages)
      << base::MessageOf(last_error_);
  const std::string body = base::MetadataOf(last_error_)["body"];
  EXPECT_THAT(body, HasSubstr(GetParam().shown));
  EXPECT_THAT(body, testing::Not(HasSubstr("sentinel")));
  EXPECT_LE(body.size(), 2'048U);
}

constexpr char kJson[] = "application/json";
constexpr char kItems[] = "records: 'items'";

INSTANTIATE_TEST_SUITE_P(
    Table, LyingStreamTest,
    testing::Values(
        LyingCase{"LoginPage", "", "", "text/html", "<html>sentinel", "UNEXPECTED_CONTENT_TYPE",
                  "<html>"},
        LyingCase{"TextInPlaceOfJson", "", "", "text/plain", "[{}]", "UNEXPECTED_CONTENT_TYPE", ""},
        LyingCase{"LoginPageAsJson", "", "", kJson, "<html>sentinel", "JSON_INVALID", "<html>"},
        LyingCase{"LongPageAsJson", "", "", kJson, "<html>sentinel" + std::string(100'000, 'x'),
                  "JSON_INVALID", "<html>"},
        LyingCase{"Empty", "", "", kJson, "", "JSON_INVALID", ""},
        LyingCase{"WrongRoot", kItems, "", kJson, R"({"error":"sentinel"})", "RECORDS_NOT_FOUND",
                  "error"},
        LyingCase{"NotAList", kItems, "", kJson, R"({"items":{}})", "RECORDS_NOT_A_LIST", "items"},
        LyingCase{"CutOff", "", "", kJson, List(0, 1'500).substr(0, 12'000), "1:1000 JSON_INVALID",
                  "[{"},
        LyingCase{"BrokenRecord", "", "", kJson, R"([{"id":1},{"id":tru}])", "JSON_INVALID", "tru"},
        LyingCase{"MoreBehind", kItems, "", kJson, R"({"items":[{"id":1}],"items":[]})",
                  "BODY_INVALID", "items"},
        LyingCase{"BrokenLine", "", "format: RESPONSE_FORMAT_JSON_LINES", kJson,
                  "{\"id\":1}\n{\"id\" 2}\n", "BODY_INVALID", "id"},
        LyingCase{"BrokenRow", "", "format: RESPONSE_FORMAT_CSV", "text/csv", "id\n1\n2,3\n",
                  "BODY_INVALID", "2,3"},
        LyingCase{"HtmlAsCsv", "", "format: RESPONSE_FORMAT_CSV", "text/csv", "<html>",
                  "UNEXPECTED_CONTENT_TYPE", "<html>"},
        LyingCase{"BrokenGzip", "", "", kJson, decode::Gzip(List(0, 5'000)).substr(0, 500),
                  "BODY_INVALID", "[{"},
        LyingCase{"Bomb", "", "", kJson, decode::Gzip("[" + std::string(8 << 20, ' ') + "]"),
                  "RESPONSE_TOO_LARGE", "["},
        LyingCase{"LargeRecord", "limits { page_bytes_max: 5000 }", "", kJson,
                  "[\"" + std::string(5'000, 'x') + "\"]", "RESPONSE_TOO_LARGE", "xxx"},
        LyingCase{"DeepRecord", "", "", kJson,
                  "[" + std::string(10'000, '[') + std::string(10'000, ']') + "]", "JSON_TOO_DEEP",
                  "[[["},
        LyingCase{"NotUtf8", "", "", kJson, "[{\"id\":\"\xFF\"}]", "TEXT_INVALID", "id"}),
    [](const auto& test) { return test.param.name; });

TEST_F(RecordStreamTest, APageThatFailedMayBeAskedForAgain) {
  transport_.EnqueueJson(R"([{"id":1},{"id":tru}])");
  transport_.EnqueueJson(List(0, 2));
  const auto puller = Make("");
  EXPECT_EQ(Pages(*puller), "JSON_INVALID");
  EXPECT_EQ(Pages(*puller), "1:2* ");
}

TEST_F(RecordStreamTest, IsGivenUpWhenTheRunIsStopped) {
  std::stop_source stop;
  test::ScriptedTransport endless(
      [&](const http::Request& request) -> absl::StatusOr<http::Response> {
        request.sink->Begin(test::JsonResponse(""));
        EXPECT_TRUE(request.sink->Take("["));
        stop.request_stop();
        return base::Error(Reason::kCancelled, "stopped");
      });
  const auto puller =
      MakePuller(endless, "request { url: 'http://v.example/' } response { stream: true }");
  EXPECT_EQ(base::ReasonOf(puller->Next(stop.get_token()).status()), Reason::kCancelled);
}

TEST(CheckStreamTest, NamesWhatNeedsTheWholeAnswer) {
  const absl::Status status = ValidateIntegration(ParseIntegration(R"(
      request { url: 'http://v.example/' } records: 'data[*].items'
      pagination { cursor { next_url: 'response.next' } total: 'response.total' }
      response {
        stream: true
        rules { when: 'response.error' action: ACTION_FAIL }
        rules { statuses: 400 statuses: 404 when: 'response.error' action: ACTION_FAIL }
      }
      record_steps { join_included {} })"));
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre("records", "pagination.total",
                                                    "pagination.cursor.nextUrl",
                                                    "response.rules[0].when", "recordSteps[0]"));
  EXPECT_TRUE(ValidateIntegration(ParseIntegration(R"(
      request { url: 'http://v.example/' } records: 'data."the items"'
      pagination { cursor { next_url: 'links.next' } total: 'headers."x-total"' }
      response { stream: true rules { statuses: 429 action: ACTION_WAIT } }
      record_steps { filter: 'record.id' })"))
                  .ok());
  EXPECT_FALSE(ValidateIntegration(ParseIntegration(R"(
      request { url: 'http://v.example/' } records: 'data'
      response { stream: true format: RESPONSE_FORMAT_CSV })"))
                   .ok());
}

}  // namespace
}  // namespace syncline::pull
