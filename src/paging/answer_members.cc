#include "paging/answer_members.h"

#include <algorithm>
#include <charconv>

#include "json/document.h"

namespace syncline::paging {
namespace {

using expression::Value;
using std::string_view;

constexpr auto kHolders = std::to_array<string_view>(
    {"", "meta", "metadata", "paging", "pagination", "page", "page_info", "pageInfo", "_metadata",
     "response_metadata", "meta/pagination", "_meta"});

constexpr auto kNextLinkNames = std::to_array<string_view>(
    {"next",         "next_page",       "nextPage",       "next_url",         "nextUrl",
     "next_link",    "nextLink",        "next_page_url",  "nextPageUrl",      "next_page_link",
     "nextPageLink", "@odata.nextLink", "odata.nextLink", "@nextLink",        "nextRecordsUrl",
     "links/next",   "links/next/href", "_links/next",    "_links/next/href", "next/href",
     "next/link"});

constexpr auto kTokenNames = std::to_array<TokenMember>({
    {"next_cursor", "cursor"},
    {"nextCursor", "cursor"},
    {"next_page_token", "page_token"},
    {"nextPageToken", "pageToken"},
    {"next_token", "next_token"},
    {"nextToken", "nextToken"},
    {"NextToken", "NextToken"},
    {"next_page_id", "page_id"},
    {"next_page_cursor", "cursor"},
    {"nextPageCursor", "cursor"},
    {"continuation_token", "continuation_token"},
    {"continuationToken", "continuationToken"},
    {"next_marker", "marker"},
    {"nextMarker", "marker"},
    {"NextMarker", "Marker"},
    {"next/after", "after"},
    {"cursors/after", "after"},
    {"cursor/next", "cursor"},
    {"cursors/next", "cursor"},
    {"next_page", "page"},
    {"nextPage", "page"},
    {"next_offset", "offset"},
    {"nextOffset", "offset"},
    {"scroll_id", "scroll_id", true},
    {"marker", "marker", true},
    {"Marker", "Marker", true},
    {"cursor", "cursor", true},
    {"after", "after", true},
    {"next", "cursor", true},
    {"next", "next", true},
    {"token", "token", true},
    {"continuation", "continuation", true},
});

constexpr auto kMoreFlagNames = std::to_array<string_view>(
    {"has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage", "more",
     "more_available", "moreAvailable", "is_truncated", "isTruncated", "IsTruncated",
     "has_more_items", "hasMoreItems", "more_records", "moreRecords"});
constexpr auto kLastFlagNames = std::to_array<string_view>(
    {"is_last", "isLast", "last", "last_page", "lastPage", "is_last_page", "isLastPage", "done"});
constexpr auto kPageCountNames =
    std::to_array<string_view>({"total_pages", "totalPages", "page_count", "pageCount", "last_page",
                                "lastPage", "pages", "num_pages", "numPages", "TotalPages"});
constexpr auto kTotalNames = std::to_array<string_view>(
    {"total", "total_count", "totalCount", "total_results", "totalResults", "total_records",
     "totalRecords", "total_items", "totalItems", "total_elements", "totalElements", "count",
     "Total", "@odata.count"});
constexpr auto kLimitNames = std::to_array<string_view>(
    {"per_page", "perPage", "page_size", "pageSize", "limit", "max_results", "maxResults",
     "items_per_page", "itemsPerPage", "PageSize"});
constexpr auto kLimitParameterNames = std::to_array<string_view>(
    {"limit", "per_page", "perPage", "page_size", "pageSize", "pagesize", "size", "max_results",
     "maxResults", "count", "top", "$top", "rows", "page[size]", "page[limit]", "sysparm_limit"});
constexpr auto kPageParameterNames = std::to_array<string_view>(
    {"page", "page_number", "pageNumber", "pagenumber", "page_no", "pageNo", "page_num", "pageNum",
     "page_index", "pageIndex", "current_page", "currentPage", "page[number]", "_page"});
constexpr auto kPageMemberNames =
    std::to_array<string_view>({"page", "current_page", "currentPage", "page_number", "pageNumber",
                                "number", "page_index", "pageIndex", "Page"});
constexpr auto kOffsetParameterNames =
    std::to_array<string_view>({"offset", "skip", "start", "start_at", "startAt", "start_index",
                                "startIndex", "from", "$skip", "page[offset]", "sysparm_offset"});
constexpr auto kOffsetMemberNames = std::to_array<string_view>(
    {"offset", "skip", "startAt", "start_at", "startIndex", "start_index"});

bool IsPlainName(string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// Goes down `path`, and appends how an expression does so.
Value Follow(Value at, string_view path, std::string* expression) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const string_view name = path.substr(0, end);
    at = at.Find(name);
    *expression += ".";
    if (IsPlainName(name)) {
      *expression += name;
    } else {
      json::AppendJsonString(name, expression);  // JMESPath quotes as JSON does
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return at;
}

// "meta/next_cursor" of "next_cursor"; a counter is asked for by the name of its member.
std::string ParameterLike(string_view member) {
  if (member == "current_page" || member == "currentPage" || member == "number") return "page";
  return std::string(member);
}

}  // namespace

constinit const std::span<const string_view> kNextLinks = kNextLinkNames;
constinit const std::span<const TokenMember> kTokens = kTokenNames;
constinit const std::span<const string_view> kMoreFlags = kMoreFlagNames;
constinit const std::span<const string_view> kLastFlags = kLastFlagNames;
constinit const std::span<const string_view> kPageCounts = kPageCountNames;
constinit const std::span<const string_view> kTotals = kTotalNames;
constinit const std::span<const string_view> kLimits = kLimitNames;
constinit const std::span<const string_view> kLimitParameters = kLimitParameterNames;
constinit const CounterNames kPageNumbers = {kPageParameterNames, kPageMemberNames};
constinit const CounterNames kOffsets = {kOffsetParameterNames, kOffsetMemberNames};

std::optional<AnswerMember> FindMember(const Value& scope, string_view name,
                                       const Accepts& accepts) {
  for (const string_view holder : kHolders) {
    std::string expression = "response";
    const Value held = Follow(scope.Find("response"), holder, &expression);
    const Value value = Follow(held, name, &expression);
    if (accepts(value)) return AnswerMember{std::move(expression), value};
  }
  return std::nullopt;
}

std::optional<AnswerMember> FindMember(const Value& scope, std::span<const string_view> names,
                                       const Accepts& accepts) {
  for (const string_view name : names) {
    if (auto member = FindMember(scope, name, accepts); member.has_value()) return member;
  }
  return std::nullopt;
}

std::optional<std::int64_t> FindNumber(const Value& scope, std::span<const string_view> names) {
  const auto member =
      FindMember(scope, names, [](const Value& value) { return WholeNumber(value).has_value(); });
  return member.has_value() ? WholeNumber(member->value) : std::nullopt;
}

std::optional<std::int64_t> WholeNumber(const Value& value) {
  if (value.kind() != json::Kind::kNumber && value.kind() != json::Kind::kString) {
    return std::nullopt;
  }
  return WholeNumberOf(value.text());
}

std::optional<Counter> CountedBy(const Value& scope, const SentParameters& sent,
                                 const CounterNames& names) {
  for (const string_view parameter : names.parameters) {
    const auto known = sent.NameLike(parameter);
    const auto number = known.has_value() ? WholeNumberOf(sent.ValueOf(*known)) : std::nullopt;
    if (number.has_value()) return Counter{*known, *number};
  }
  for (const string_view name : names.members) {
    const auto member =
        FindMember(scope, name, [](const Value& value) { return WholeNumber(value).has_value(); });
    if (member.has_value()) return Counter{ParameterLike(name), *WholeNumber(member->value)};
  }
  return std::nullopt;
}

}  // namespace syncline::paging
