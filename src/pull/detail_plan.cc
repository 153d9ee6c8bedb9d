#include "pull/detail_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/status.h"
#include "request/text_templates.h"
#include "request/vars.h"

namespace syncline::pull {

// Builds the plan and gathers every mistake on the way. Lives on the stack of Compile.
class DetailCompiler {
 public:
  explicit DetailCompiler(const ListPlace& place)
      : place_(place), plan_(std::make_shared<DetailsPlan>()) {
    place_.names.emplace_back("record");
    place_.unknown.emplace_back("record");
  }

  absl::StatusOr<std::shared_ptr<const DetailsPlan>> Compile(const v1::Integration& integration) {
    request::CheckCount(static_cast<std::size_t>(integration.details_size()),
                        DetailsPlan::kDetailsMax, "details", &violations_);
    for (int i = 0; i < integration.details_size(); ++i) {
      Add(integration.details(i), fmt::format("details[{}]", i));
    }
    if (integration.has_skip_unchanged()) AddSkip(integration);
    SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
    return plan_;
  }

 private:
  void Add(const v1::Detail& spec, const std::string& field) {
    if (!request::IsVarName(spec.name())) {
      violations_.Add(field + ".name", "must be named by [a-z][a-z0-9_]*, e.g. \"hardware\"");
    } else if (!names_.insert(spec.name()).second) {
      violations_.Add(field + ".name",
                      fmt::format("\"{}\" is the name of another detail", spec.name()));
    }
    DetailPlan detail{.name = spec.name(),
                      .has_pagination = spec.has_pagination(),
                      .into_member = spec.name(),
                      .tolerate_failure = spec.tolerate_failure()};
    AddList(spec, field, &detail);
    AddMerge(spec, field, &detail);
    AddStatuses(spec, field, &detail);
    if (spec.parallel_count() < 0 || spec.parallel_count() > DetailsPlan::kParallelMax) {
      violations_.Add(field + ".parallelCount",
                      fmt::format("is {}; 1 to {} are allowed, 0 is the default",
                                  spec.parallel_count(), DetailsPlan::kParallelMax));
    }
    if (spec.parallel_count() > 0) detail.parallel_count = spec.parallel_count();
    // The roots of both are values of the vendor: there is no scope to check.
    detail.result = CompileOver(spec.result(), field + ".result");
    detail.when = CompileOver(spec.when(), field + ".when");
    plan_->details_.push_back(std::move(detail));
  }

  void AddList(const v1::Detail& spec, const std::string& field, DetailPlan* detail) {
    if (!spec.has_request()) violations_.Add(field + ".request", "is required");
    if (!spec.records().empty() && !spec.has_pagination()) {
      violations_.Add(field + ".records", "goes with pagination only; set result instead");
    }
    if (spec.response().stream()) {
      violations_.Add(field + ".response.stream",
                      "is for lists of the integration and of a fan-out; a detail is held");
    }
    for (int i = 0; i < spec.response().rules_size(); ++i) {
      const bool restarts =
          spec.response().rules(i).action() == v1::ResponseRule::ACTION_RESTART_PAGING;
      if (!restarts || spec.has_pagination()) continue;
      violations_.Add(fmt::format("{}.response.rules[{}].action", field, i),
                      "RESTART_PAGING goes with pagination only; a single request may RETRY");
    }
    List::Definition definition{
        .request = spec.request(), .records = spec.records(), .response = spec.response()};
    if (spec.has_pagination()) definition.pagination = spec.pagination();
    auto list = List::Compile(definition, place_);
    if (list.ok()) {
      detail->list = *std::move(list);
    } else if (spec.has_request()) {
      violations_.AddStatus(field, list.status());
    }
  }

  void AddMerge(const v1::Detail& spec, const std::string& field, DetailPlan* detail) {
    switch (spec.merge_case()) {
      case v1::Detail::kIntoMember:
        if (spec.into_member().empty() || spec.into_member().size() > request::kNameBytesMax) {
          violations_.Add(field + ".intoMember", "is the name of a member, 1 to 255 bytes");
        }
        detail->into_member = spec.into_member();
        return;
      case v1::Detail::kIntoRecord:
        if (spec.into_record()) detail->into_member.clear();
        return;
      case v1::Detail::MERGE_NOT_SET: return;
    }
  }

  void AddStatuses(const v1::Detail& spec, const std::string& field, DetailPlan* detail) {
    request::CheckCount(static_cast<std::size_t>(spec.null_statuses_size()),
                        DetailsPlan::kNullStatusesMax, field + ".nullStatuses", &violations_);
    for (const int status : spec.null_statuses()) {
      if (status < 300 || status > 599) {
        violations_.Add(
            field + ".nullStatuses",
            fmt::format("has {}; statuses from 300 to 599 are failures otherwise", status));
      }
      detail->null_statuses.push_back(status);
    }
  }

  void AddSkip(const v1::Integration& integration) {
    const v1::SkipUnchanged& spec = integration.skip_unchanged();
    if (integration.details().empty()) {
      violations_.Add("skipUnchanged", "spares details, and there are none");
    }
    if (spec.version().empty()) {
      violations_.Add("skipUnchanged.version",
                      "is required: an expression that yields another value when a record changed");
    }
    auto key = CompileOver(spec.key(), "skipUnchanged.key");
    auto version = CompileOver(spec.version(), "skipUnchanged.version");
    if (version.has_value()) plan_->skip_ = SkipPlan{std::move(key), *std::move(version)};
  }

  std::optional<expression::Expression> CompileOver(const std::string& text,
                                                    const std::string& field) {
    if (text.empty()) return std::nullopt;
    auto compiled = expression::Expression::Compile(text);
    if (compiled.ok()) return *std::move(compiled);
    violations_.Add(field, base::MessageOf(compiled.status()));
    return std::nullopt;
  }

  ListPlace place_;
  std::shared_ptr<DetailsPlan> plan_;
  std::set<std::string> names_;
  base::FieldViolations violations_;
};

absl::StatusOr<std::shared_ptr<const DetailsPlan>> DetailsPlan::Compile(
    const v1::Integration& integration, const ListPlace& place) {
  return DetailCompiler(place).Compile(integration);
}

int DetailsPlan::parallel_count() const {
  int most = 0;
  for (const DetailPlan& detail : details_) most = std::max(most, detail.parallel_count);
  return most;
}

}  // namespace syncline::pull
