#include "pull/export_job_plan.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "expression/named_scope.h"
#include "pull/limits.h"
#include "pull/list.h"

namespace syncline::pull {
namespace {

using google::protobuf::Duration;
using std::chrono::milliseconds;

absl::StatusOr<auth::AllowedHosts> MakeHosts(const v1::ExportJob& spec) {
  return auth::AllowedHosts::Make({spec.download_hosts().begin(), spec.download_hosts().end()});
}

}  // namespace

// Builds the plan and gathers every mistake on the way. Lives on the stack of Compile.
class ExportJobCompiler {
 public:
  ExportJobCompiler(const v1::ExportJob& spec, const ListPlace& place)
      : spec_(spec), place_(place), plan_(std::make_shared<ExportJobPlan>()) {}

  absl::StatusOr<std::shared_ptr<const ExportJobPlan>> Compile() {
    AddRequests();
    AddExpressions();
    AddTimes();
    AddRules();
    request::CheckCount(static_cast<std::size_t>(spec_.download_hosts_size()),
                        ExportJobPlan::kHostsMax, "downloadHosts", &violations_);
    violations_.AddStatus("downloadHosts", MakeHosts(spec_).status());
    SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
    return plan_;
  }

 private:
  // The request as it was compiled; a default one after violations.
  request::RequestTemplate CompileRequest(const v1::Request& spec, const char* field,
                                          const ListPlace& place) {
    auto compiled = request::RequestTemplate::Compile(
        spec, {.names = place.names, .example = place.example.value(), .unknown = place.unknown});
    if (compiled.ok()) return *std::move(compiled);
    violations_.AddStatus(field, compiled.status());
    return {};
  }

  void AddRequests() {
    if (spec_.has_create()) {
      plan_->create = CompileRequest(spec_.create(), "create", place_);
    } else {
      violations_.Add("create", "is required: the request that orders the list");
    }
    ListPlace after = place_;
    for (const char* const name : {kJob, kPoll}) {
      after.names.emplace_back(name);
      after.unknown.emplace_back(name);
    }
    if (spec_.has_poll()) {
      plan_->poll = CompileRequest(spec_.poll(), "poll", after);
    } else {
      violations_.Add("poll", "is required: the request that asks whether the list is ready");
    }
    if (spec_.has_clean_up()) plan_->clean_up = CompileRequest(spec_.clean_up(), "cleanUp", after);
  }

  std::optional<expression::Expression> CompileOver(const std::string& text, const char* field,
                                                    const request::NamesInScope& names) {
    if (text.empty()) return std::nullopt;
    auto compiled = expression::CompileIn(names, text);
    if (compiled.ok()) return *std::move(compiled);
    violations_.Add(field, base::MessageOf(compiled.status()));
    return std::nullopt;
  }

  void AddExpressions() {
    request::NamesInScope names = place_.names;
    for (const char* const name : {"status", "headers", "links", "response"}) {
      names.emplace_back(name);
    }
    plan_->job = CompileOver(spec_.job().empty() ? "response" : spec_.job(), "job", names);
    names.emplace_back(kJob);
    if (spec_.ready_when().empty()) {
      violations_.Add("readyWhen",
                      "is required: an expression over the poll's answer, e.g. "
                      "\"response.status == 'FINISHED'\"");
    }
    plan_->ready_when = CompileOver(spec_.ready_when(), "readyWhen", names);
    plan_->failed_when = CompileOver(spec_.failed_when(), "failedWhen", names);
    plan_->poll_wait = CompileOver(spec_.poll_wait(), "pollWait", names);
    plan_->parts_are_urls = !spec_.download_urls().empty();
    auto urls = CompileOver(spec_.download_urls(), "downloadUrls", names);
    auto parts = CompileOver(spec_.parts(), "parts", names);
    if (plan_->parts_are_urls && !spec_.parts().empty()) {
      violations_.Add("parts", "does not go with downloadUrls; give one of them");
    }
    plan_->parts = plan_->parts_are_urls ? std::move(urls) : std::move(parts);
  }

  void ReadDuration(bool is_set, const Duration& duration, milliseconds most, const char* field,
                    milliseconds* to) {
    if (!is_set) return;
    if (IsDurationWithin(duration, ExportJobPlan::kPauseMin, most)) {
      *to = ToMilliseconds(duration);
    } else {
      violations_.Add(
          field, fmt::format("must be from {} s to {} s", ExportJobPlan::kPauseMin.count() / 1000,
                             most.count() / 1000));
    }
  }

  void AddTimes() {
    ReadDuration(spec_.has_poll_interval(), spec_.poll_interval(), ExportJobPlan::kPauseMax,
                 "pollInterval", &plan_->poll_interval);
    plan_->poll_interval_max = plan_->poll_interval;
    ReadDuration(spec_.has_poll_interval_max(), spec_.poll_interval_max(), ExportJobPlan::kPauseMax,
                 "pollIntervalMax", &plan_->poll_interval_max);
    if (plan_->poll_interval_max < plan_->poll_interval) {
      violations_.Add("pollIntervalMax", fmt::format("is less than pollInterval, {} s",
                                                     plan_->poll_interval.count() / 1000));
    }
    ReadDuration(spec_.has_timeout(), spec_.timeout(), ExportJobPlan::kTimeoutMax, "timeout",
                 &plan_->timeout);
  }

  void AddRules() {
    const v1::ResponseRules& rules = spec_.response();
    auto create = AnswerRules::Compile(rules, spec_.create().has_graphql(), true);
    auto poll = AnswerRules::Compile(rules, spec_.poll().has_graphql(), true);
    violations_.AddStatus("response", create.status());  // of the other it would be the same
    for (int i = 0; i < rules.rules_size(); ++i) {
      if (rules.rules(i).action() != v1::ResponseRule::ACTION_RESTART_PAGING) continue;
      violations_.Add(fmt::format("response.rules[{}].action", i),
                      "RESTART_PAGING belongs to a list; these answers hold none");
    }
    if (rules.stream()) violations_.Add("response.stream", "belongs to a list");
    if (!create.ok() || !poll.ok()) return;
    plan_->create_rules = *std::move(create);
    plan_->poll_rules = *std::move(poll);
  }

  const v1::ExportJob& spec_;
  const ListPlace& place_;
  std::shared_ptr<ExportJobPlan> plan_;
  base::FieldViolations violations_;
};

absl::StatusOr<std::shared_ptr<const ExportJobPlan>> ExportJobPlan::Compile(
    const v1::ExportJob& spec, const ListPlace& place) {
  return ExportJobCompiler(spec, place).Compile();
}

request::NamesInScope NamesOfExport(const v1::ExportJob& spec) {
  request::NamesInScope names = {kJob, kPoll};
  if (!spec.parts().empty()) names.emplace_back(kPart);
  return names;
}

void CheckDownload(const v1::Request& request, base::FieldViolations* violations) {
  const auto refuse = [&](bool is_set, const char* field) {
    if (!is_set) return;
    violations->Add(field,
                    "has no place here: exportJob.downloadUrls gives the whole URL, which is "
                    "fetched by GET");
  };
  refuse(!request.url().empty(), "request.url");
  refuse(!request.query().empty(), "request.query");
  refuse(!request.parameters().empty(), "request.parameters");
  refuse(request.method() != v1::Request::METHOD_UNSPECIFIED &&
             request.method() != v1::Request::METHOD_GET,
         "request.method");
  refuse(request.has_body(), "request.body");
  refuse(!request.form().empty(), "request.form");
  refuse(request.has_text(), "request.text");
  refuse(request.has_graphql(), "request.graphql");
}

auth::AllowedHosts DownloadHosts(const v1::ExportJob& spec) {
  auto hosts = MakeHosts(spec);
  return hosts.ok() ? *std::move(hosts) : auth::AllowedHosts();
}

}  // namespace syncline::pull
