#include "pull/partition_pages.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/status.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

absl::Status NotOurs() {
  return base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
}

bool ReadText(json::Node object, std::string_view key, std::string* to) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kString) return false;
  *to = node.text();
  return true;
}

bool ReadCount(json::Node object, std::string_view key, std::int64_t* to) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kNumber) return false;
  const std::string_view text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *to);
  return error == std::errc() && end == text.data() + text.size() && *to >= 0;
}

bool ReadLevels(json::Node array, Partitions::Position* position) {
  if (array.kind() != json::Kind::kArray) return false;
  json::Node level;
  for (std::uint32_t i = 0; i < array.size(); ++i) {
    level = i == 0 ? array.first() : level.next();
    LevelWalk::Position one;
    json::Node at;
    if (!level.Find("at", &at) || !ReadText(level, "first", &one.first_key) ||
        !ReadText(level, "last", &one.last_key)) {
      return false;
    }
    one.at = json::ToJson(at);
    position->push_back(std::move(one));
  }
  return true;
}

void AppendLevel(const LevelWalk::Position& level, std::string* out) {
  *out += R"({"at":)" + level.at + R"(,"first":)";
  json::AppendJsonString(level.first_key, out);
  *out += R"(,"last":)";
  json::AppendJsonString(level.last_key, out);
  *out += "}";
}

}  // namespace

PartitionPages::PartitionPages(std::shared_ptr<const FanOutPlan> plan,
                               std::shared_ptr<const List> list, const Details& details,
                               ListWalk::Place place)
    : plan_(std::move(plan)),
      list_(std::move(list)),
      details_(details),
      place_(std::move(place)),
      partitions_(plan_, place_) {
  const int threads = plan_->parallel_count();
  if (threads == 1) return;
  pool_ = std::make_unique<base::WorkerPool>(threads, static_cast<std::size_t>(threads));
}

PartitionPages::~PartitionPages() {
  stop_.request_stop();
  pool_.reset();
}

absl::Status PartitionPages::Resume(std::string_view checkpoint) {
  if (checkpoint == kBeginning) return absl::OkStatus();
  if (!has_levels()) {
    auto all = std::make_shared<const Partition>(plan_, place_.run, std::vector<Element>());
    SYNCLINE_ASSIGN_OR_RETURN(auto lane, MakeLane(std::move(all), 1, checkpoint));
    lanes_ = {std::move(lane)};
    exhausted_ = true;
    return absl::OkStatus();
  }
  Place place;
  const auto document = json::Document::Parse(std::string(checkpoint));
  if (!document.ok()) return NotOurs();
  const json::Node root = (*document)->root();
  json::Node levels;
  json::Node walk;
  const bool read = root.Find("levels", &levels) && ReadLevels(levels, &place.partition) &&
                    place.partition.size() == plan_->levels().size() &&
                    ReadCount(root, "partitions", &place.number) && root.Find("walk", &walk);
  if (!read) return NotOurs();
  if (!walk.is_null()) place.walk = json::ToJson(walk);
  resume_ = std::move(place);
  return absl::OkStatus();
}

std::int64_t PartitionPages::page_number() const {
  return lanes_.empty() ? 1 : lanes_.front()->page_number();
}

absl::StatusOr<std::shared_ptr<Lane>> PartitionPages::MakeLane(
    std::shared_ptr<const Partition> partition, std::int64_t number, std::string_view walk) {
  ListWalk::Place place = place_;
  place.names = partition->names();
  place.errand.partition = partition->Describe();
  place.partition = partition->StateKey(place_.partition);
  SYNCLINE_ASSIGN_OR_RETURN(ListWalk list_walk, ListWalk::Begin(list_, std::move(place)));
  if (!walk.empty()) SYNCLINE_RETURN_IF_ERROR(list_walk.Restore(walk));
  return std::make_shared<Lane>(std::move(partition), number, std::move(list_walk), details_);
}

absl::Status PartitionPages::Find(std::stop_token stop) {
  if (!resume_.has_value()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(auto partition,
                            partitions_.Seek(resume_->partition, resume_->number, std::move(stop)));
  if (partition != nullptr && !resume_->walk.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(auto lane,
                              MakeLane(std::move(partition), resume_->number, resume_->walk));
    lanes_.push_back(std::move(lane));
  }
  resume_.reset();
  return absl::OkStatus();
}

void PartitionPages::TopUp(std::stop_token stop) {
  const auto most = static_cast<std::size_t>(plan_->parallel_count());
  while (lanes_.size() < most && !exhausted_ && trouble_.ok()) {
    auto partition = partitions_.Next(stop);
    if (!partition.ok()) {
      trouble_ = partition.status();
    } else if (*partition == nullptr) {
      exhausted_ = true;
    } else if (auto lane = MakeLane(*std::move(partition), partitions_.count(), ""); lane.ok()) {
      lanes_.push_back(*std::move(lane));
    } else {
      trouble_ = lane.status();
    }
  }
  StartLanes();
}

void PartitionPages::StartLanes() {
  if (pool_ == nullptr) return;
  int left = plan_->parallel_count();
  for (const auto& lane : lanes_) {
    if (left-- == 0) break;
    lane->Start(*pool_, stop_.get_token());
  }
}

absl::Status PartitionPages::Halve(const absl::Status& exceeded) {
  const Lane& lane = *lanes_.front();
  const auto halves = lane.partition()->Halve();
  if (!halves.has_value()) return lane.partition()->Located(exceeded);
  SYNCLINE_ASSIGN_OR_RETURN(auto first, MakeLane(halves->first, lane.number(), ""));
  SYNCLINE_ASSIGN_OR_RETURN(auto second, MakeLane(halves->second, lane.number(), ""));
  lanes_.pop_front();
  lanes_.push_front(std::move(second));
  lanes_.push_front(std::move(first));
  return absl::OkStatus();
}

std::string PartitionPages::CheckpointOf(const Lane& lane, const std::string& walk) const {
  if (!has_levels()) return walk;
  std::string out = fmt::format(R"({{"partitions":{},"levels":[)", lane.number());
  bool first = true;
  for (const LevelWalk::Position& level : Partitions::PositionOf(*lane.partition())) {
    if (!std::exchange(first, false)) out += ",";
    AppendLevel(level, &out);
  }
  return out + R"(],"walk":)" + (walk.empty() ? "null" : walk) + "}";
}

PartitionPages::Page PartitionPages::PageOf(const Lane& lane, Lane::Pulled pulled) const {
  Page page{.page = std::move(pulled.page),
            .detailed = std::move(pulled.detailed),
            .partition = lane.partition()};
  if (page.page.state.has_value()) page.states.push_back({lane.state_key(), *page.page.state});
  page.checkpoint = CheckpointOf(lane, pulled.checkpoint);
  if (!page.page.doubt.ok()) page.page.doubt = lane.partition()->Located(page.page.doubt);
  if (!has_levels()) page.total = pulled.total;  // each partition has a list of its own
  return page;
}

absl::StatusOr<PartitionPages::Page> PartitionPages::Next(std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(Find(stop));
  while (true) {
    TopUp(stop);
    if (lanes_.empty()) break;
    const std::shared_ptr<Lane> lane = lanes_.front();
    absl::StatusOr<Lane::Pulled> pulled = lane->Take(stop);
    if (!pulled.ok()) {
      const bool exceeds = base::ReasonOf(pulled.status()) == base::Reason::kResultWindowExceeded;
      if (!exceeds) return lane->partition()->Located(pulled.status());
      SYNCLINE_RETURN_IF_ERROR(Halve(pulled.status()));
      continue;
    }
    if (pulled->page.last) lanes_.pop_front();
    TopUp(stop);  // whether anything follows
    Page page = PageOf(*lane, *std::move(pulled));
    if (page.page.doubt.ok()) page.page.doubt = partitions_.TakeDoubt();
    page.page.last = lanes_.empty() && exhausted_;
    if (page.page.last) page.checkpoint.clear();
    return page;
  }
  if (!trouble_.ok()) return std::exchange(trouble_, absl::OkStatus());
  // No partition at all, or none after the one with which an earlier attempt ended.
  Page page;
  page.detailed.records = expression::Value::Array({});
  page.page.doubt = partitions_.TakeDoubt();
  page.page.last = true;
  return page;
}

}  // namespace syncline::pull
