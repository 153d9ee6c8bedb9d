#include "paging/proposal.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "paging/answer_members.h"
#include "paging/paginator.h"
#include "paging/sent_parameters.h"

namespace syncline::paging {
namespace {

using expression::Value;

constexpr std::int32_t kLimitMax = 100'000;

v1::Pagination OnePage() {
  v1::Pagination pagination;
  pagination.mutable_none();
  return pagination;
}

std::optional<Proposal> NextUrl(std::string expression, std::string reason) {
  Proposal proposal{.reason = std::move(reason)};
  proposal.pagination.mutable_cursor()->set_next_url(std::move(expression));
  return proposal;
}

bool IsLink(const Value& value, const http::Url& asked) {
  if (value.kind() != json::Kind::kString) return false;
  const std::string_view text = value.text();
  const bool looks_like_one = text.starts_with("http://") || text.starts_with("https://") ||
                              text.starts_with('/') || text.starts_with('?');
  return looks_like_one && http::ResolveReference(asked, text).ok();
}

std::optional<Proposal> ByLink(const FirstAnswer& answer) {
  if (IsLink(answer.scope.Find("links").Find("next"), answer.asked)) {
    return NextUrl("links.next", "The Link header names a next page (rel=\"next\").");
  }
  const auto member = FindMember(answer.scope, kNextLinks,
                                 [&](const Value& value) { return IsLink(value, answer.asked); });
  if (!member.has_value()) return std::nullopt;
  return NextUrl(member->expression,
                 fmt::format("{} holds the URL of a next page.", member->expression));
}

bool IsToken(const Value& value) {
  const json::Kind kind = value.kind();
  if (kind == json::Kind::kNumber) return !value.text().starts_with('-') && value.text() != "0";
  return kind == json::Kind::kString && !value.text().empty() &&
         value.text().size() <= Token::kBytesMax;
}

// The query parameter for a token is the one that was sent with its name, or else is named after
// it.
std::optional<Proposal> ByToken(const FirstAnswer& answer, const SentParameters& sent) {
  if (answer.has_body) return std::nullopt;  // where in it a token belongs cannot be told
  for (const TokenMember& token : kTokens) {
    const auto member = FindMember(answer.scope, token.member, &IsToken);
    if (!member.has_value()) continue;
    const std::optional<std::string> known = sent.NameLike(token.parameter);
    if (!known.has_value() && token.only_when_sent) continue;
    const std::string parameter = known.value_or(std::string(token.parameter));
    Proposal proposal{.reason =
                          fmt::format("{} holds a token for the next page; the query parameter "
                                      "'{}' {} takes it.",
                                      member->expression, parameter,
                                      known.has_value() ? "of the request" : "of that name")};
    v1::CursorToken* const to = proposal.pagination.mutable_cursor()->mutable_token();
    to->set_from(member->expression);
    to->set_query_parameter(parameter);
    return proposal;
  }
  return std::nullopt;
}

std::int32_t LimitOf(const FirstAnswer& answer, const SentParameters& sent) {
  std::optional<std::int64_t> limit = sent.NumberOf(kLimitParameters);
  if (!limit.has_value()) limit = FindNumber(answer.scope, kLimits);
  const std::int64_t records = answer.records.size();
  const std::int64_t found = limit.value_or(0) > 0 ? *limit : records;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(found, 1, kLimitMax));
}

// `limit_page` where a page number was sent or is told by the answer, `limit_offset` where an
// offset was or is; nullopt where neither is. The limit itself is sent as it was.
std::optional<v1::Pagination> Counting(const FirstAnswer& answer, const SentParameters& sent) {
  v1::Pagination pagination;
  if (answer.has_body) return std::nullopt;
  if (const auto page = CountedBy(answer.scope, sent, kPageNumbers); page.has_value()) {
    v1::LimitPagePagination* const to = pagination.mutable_limit_page();
    to->set_limit(LimitOf(answer, sent));
    to->set_limit_parameter("");
    to->set_page_parameter(page->parameter);
    to->set_first_page(page->first);
    return pagination;
  }
  if (const auto offset = CountedBy(answer.scope, sent, kOffsets); offset.has_value()) {
    v1::LimitOffsetPagination* const to = pagination.mutable_limit_offset();
    to->set_limit(LimitOf(answer, sent));
    to->set_limit_parameter("");
    to->set_offset_parameter(offset->parameter);
    to->set_first_offset(offset->first);
    return pagination;
  }
  return std::nullopt;
}

std::string ParameterOf(const v1::Pagination& pagination) {
  return pagination.has_limit_page() ? pagination.limit_page().page_parameter()
                                     : pagination.limit_offset().offset_parameter();
}

std::optional<Proposal> ByFlag(const FirstAnswer& answer, const SentParameters& sent) {
  const auto is_flag = [](const Value& value) {
    return value.kind() == json::Kind::kTrue || value.kind() == json::Kind::kFalse;
  };
  auto flag = FindMember(answer.scope, kMoreFlags, is_flag);
  const bool is_reversed = !flag.has_value();
  if (is_reversed) flag = FindMember(answer.scope, kLastFlags, is_flag);
  if (!flag.has_value()) return std::nullopt;
  if ((flag->value.kind() == json::Kind::kTrue) == is_reversed) {
    return Proposal{.pagination = OnePage(),
                    .reason = fmt::format("{} says that nothing follows.", flag->expression)};
  }
  auto pagination = Counting(answer, sent);
  if (!pagination.has_value()) return std::nullopt;
  // "!" takes the name next to it alone.
  pagination->set_has_more(is_reversed ? fmt::format("!({})", flag->expression) : flag->expression);
  return Proposal{.pagination = *pagination,
                  .reason = fmt::format("{} says that more follows, and '{}' counts the pages.",
                                        flag->expression, ParameterOf(*pagination))};
}

std::optional<Proposal> ByCount(const FirstAnswer& answer, const SentParameters& sent) {
  auto pagination = Counting(answer, sent);
  if (!pagination.has_value()) return std::nullopt;
  const auto is_count = [](const Value& value) { return WholeNumber(value).value_or(0) > 0; };
  const auto pages = FindMember(answer.scope, kPageCounts, is_count);
  if (pages.has_value() && pagination->has_limit_page()) {
    pagination->mutable_limit_page()->set_page_count(pages->expression);
    return Proposal{.pagination = *pagination,
                    .reason = fmt::format("{} tells the number of pages, and '{}' counts them.",
                                          pages->expression, ParameterOf(*pagination))};
  }
  const auto is_total = [&](const Value& value) {
    return WholeNumber(value).value_or(0) > static_cast<std::int64_t>(answer.records.size());
  };
  const auto total = FindMember(answer.scope, kTotals, is_total);
  if (!total.has_value()) return std::nullopt;
  pagination->set_total(total->expression);
  return Proposal{.pagination = *pagination,
                  .reason = fmt::format("{} tells the number of records, and '{}' counts on.",
                                        total->expression, ParameterOf(*pagination))};
}

}  // namespace

Proposal Propose(const FirstAnswer& answer) {
  const SentParameters sent(answer.asked);
  std::optional<Proposal> proposal = ByLink(answer);
  if (!proposal.has_value()) proposal = ByToken(answer, sent);
  if (!proposal.has_value()) proposal = ByFlag(answer, sent);
  if (!proposal.has_value()) proposal = ByCount(answer, sent);
  if (proposal.has_value()) return *std::move(proposal);
  std::string reason =
      "Neither a next link, nor a next token, nor a has-more flag, nor a page number with a count "
      "shows in the first answer: the list is taken for one page.";
  if (answer.has_body) reason += " Where in a body a token or a number goes cannot be told.";
  return {.pagination = OnePage(), .reason = std::move(reason)};
}

std::string WriteProposed(const Proposal& proposal) {
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(proposal.pagination, &text);
  return written.ok() ? text : "";
}

absl::StatusOr<Proposal> ReadProposed(std::string_view text, std::string reason) {
  Proposal proposal{.reason = std::move(reason)};
  const auto read =
      google::protobuf::util::JsonStringToMessage(std::string(text), &proposal.pagination);
  if (read.ok()) return proposal;
  return base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
}

}  // namespace syncline::paging
