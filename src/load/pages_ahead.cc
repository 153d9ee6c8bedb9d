#include "load/pages_ahead.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "load/link_reader.h"

namespace syncline::load {
namespace {

bool WithoutLinks(const std::vector<Link>& links) {
  return std::ranges::all_of(links, [](const Link& link) { return link.link_id == 0; });
}

}  // namespace

bool IsUnchanged(const model::RowBatch& rows, const std::vector<Link>& links) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (links[i].link_id == 0 || links[i].row_hash != rows.row_hashes[i]) return false;
  }
  return rows.rejects.empty();
}

bool PagesAhead::Meet(const AheadPage& page, const Predecessor& earlier) {
  if (earlier.plan == AheadPage::Plan::kUnchanged) return false;
  return page.keys == nullptr || earlier.keys == nullptr || page.keys->Intersect(*earlier.keys);
}

PagesAhead::PagesAhead(const LoadTarget& target, const LoadAssumptions& assumptions,
                       Connect connect)
    : target_(target), assumptions_(assumptions), connect_(std::move(connect)) {
  for (int i = 0; i < kSessions; ++i) {
    workers_.emplace_back([this](std::stop_token stop) { Work(std::move(stop)); });
  }
}

PagesAhead::~PagesAhead() {
  for (std::jthread& worker : workers_) worker.request_stop();
  workers_.clear();  // their sessions close, which rolls back
}

void PagesAhead::Add(std::shared_ptr<const PageCommit> page) {
  const std::lock_guard lock(mutex_);
  // A run of one page has nothing to gain.
  if (pages_.size() == kPagesMax || (pages_.empty() && page->last)) return;
  pages_.push_back(std::make_shared<AheadPage>());
  pages_.back()->page = std::move(page);
  changed_.notify_all();
}

std::shared_ptr<AheadPage> PagesAhead::Await(const PageCommit& page) {
  std::unique_lock lock(mutex_);
  if (!pages_.empty() && pages_.front()->page.get() == &page) {
    const std::shared_ptr<AheadPage> first = pages_.front();
    changed_.wait(lock, [&] { return first->ready; });
    return first;
  }
  for (const auto& other : pages_) other->dropped = true;
  pages_.clear();
  pages_.push_back(std::make_shared<AheadPage>());
  AheadPage& first = *pages_.front();
  first.page = std::shared_ptr<const PageCommit>(std::shared_ptr<void>(), &page);  // the caller's
  first.taken = first.planned = first.ready = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_count_ == 0; });
  return pages_.front();
}

void PagesAhead::CloseFirst(std::unique_lock<std::mutex>& lock) {
  AheadPage& first = *pages_.front();
  if (!first.open) return;
  lock.unlock();
  first.writer.reset();
  first.transaction.reset();  // rolls back what is not committed
  lock.lock();
  first.open = false;
  --open_count_;
}

void PagesAhead::Finish() {
  std::unique_lock lock(mutex_);
  CloseFirst(lock);
  pages_.pop_front();
  changed_.notify_all();
}

void PagesAhead::RollBack() {
  std::unique_lock lock(mutex_);
  CloseFirst(lock);
  AheadPage& first = *pages_.front();
  first.plan = AheadPage::Plan::kWritten;
  first.links.reset();
  for (std::size_t i = 1; i < pages_.size(); ++i) {
    AheadPage& later = *pages_[i];
    if (later.ready && !later.open) {  // no worker is at it any more
      Reset(later);
      later.taken = false;
    } else {
      later.again = later.taken;
    }
  }
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_count_ == 0; });
}

void PagesAhead::Work(std::stop_token stop) {
  Session session{.connection = nullptr, .ids = IdBlocks(target_)};
  while (const std::shared_ptr<AheadPage> ahead = NextQueued(stop)) {
    Prepare(*ahead, session, stop);
    Settle(*ahead, stop);
  }
}

std::shared_ptr<AheadPage> PagesAhead::NextQueued(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  Pages::iterator queued;
  changed_.wait(lock, stop, [&] {
    queued = std::ranges::find(pages_, false, &AheadPage::taken);
    return queued != pages_.end();
  });
  if (stop.stop_requested()) return nullptr;
  (*queued)->taken = true;
  return *queued;
}

absl::Status PagesAhead::Open(Session& session) const {
  if (session.connection != nullptr && !session.connection->broken()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(session.connection, connect_());
  return session.connection->ExecuteScript(
      fmt::format("SET lock_timeout = {}", kLockTimeout.count()));
}

// What fails here is left to the page's commit, which says why.
void PagesAhead::Prepare(AheadPage& ahead, Session& session, std::stop_token stop) {
  const model::RowBatch& rows = ahead.page->rows;
  const auto read = [&]() -> absl::StatusOr<std::vector<Link>> {
    if (assumptions_.without_links()) return std::vector<Link>(rows.size());
    return LinkReader(*session.connection, target_, rows).Read();
  };
  if (!Open(session).ok()) return;
  absl::StatusOr<std::vector<Link>> links = read();
  if (!links.ok()) return;
  bool unchanged = IsUnchanged(rows, *links);
  if (!unchanged) ahead.keys = std::make_shared<const PageKeys>(target_, rows);
  const auto earlier = Earlier(ahead, stop);
  if (!earlier.has_value()) return;

  const auto writes = [](const auto& page) { return page.plan != AheadPage::Plan::kUnchanged; };
  if (ahead.keys == nullptr && std::ranges::any_of(*earlier, writes)) {
    ahead.keys = std::make_shared<const PageKeys>(target_, rows);
  }
  const bool apart =
      std::ranges::none_of(*earlier, [&](const auto& page) { return Meet(ahead, page); });
  const bool behind_copies = std::ranges::none_of(
      *earlier, [](const auto& page) { return page.plan == AheadPage::Plan::kWritten; });
  // Asked once: what is assumed may change at any time, and only the first page may be late for it.
  bool copy = !unchanged && MayCopy(*links);
  if (!apart || (copy && !behind_copies)) {
    if (!AwaitTurn(ahead, stop)) return;
    // What those pages wrote can be read now.
    links = read();
    if (!links.ok()) return;
    unchanged = IsUnchanged(rows, *links);
    copy = !unchanged && MayCopy(*links);
  }
  ahead.links = *std::move(links);
  if (unchanged) {
    Decide(ahead, AheadPage::Plan::kUnchanged);
  } else if (copy && Decide(ahead, AheadPage::Plan::kCopied)) {
    ahead.copied = Copy(ahead, session);
  }
}

bool PagesAhead::MayCopy(const std::vector<Link>& links) const {
  return WithoutLinks(links) && assumptions_.new_objects() &&
         target_.mapping.write_policy() != v1::WRITE_POLICY_UPDATE_ONLY;
}

std::optional<std::vector<PagesAhead::Predecessor>> PagesAhead::Earlier(const AheadPage& ahead,
                                                                        std::stop_token stop) {
  std::unique_lock lock(mutex_);
  std::vector<Predecessor> earlier;
  const bool planned = changed_.wait(lock, std::move(stop), [&] {
    earlier.clear();
    if (ahead.again || ahead.dropped) return true;
    for (const auto& page : pages_) {
      if (page.get() == &ahead) break;
      if (!page->planned) return false;
      earlier.push_back({page->plan, page->keys});
    }
    return true;
  });
  if (!planned || ahead.again || ahead.dropped) return std::nullopt;
  return earlier;
}

bool PagesAhead::AwaitTurn(const AheadPage& ahead, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const bool turn = changed_.wait(lock, std::move(stop), [&] {
    return ahead.again || ahead.dropped || pages_.front().get() == &ahead;
  });
  return turn && !ahead.again && !ahead.dropped;
}

bool PagesAhead::Decide(AheadPage& ahead, AheadPage::Plan plan) {
  const std::lock_guard lock(mutex_);
  if (ahead.again || ahead.dropped) return false;
  ahead.plan = plan;
  ahead.planned = true;
  ahead.open = plan == AheadPage::Plan::kCopied;
  if (ahead.open) ++open_count_;
  changed_.notify_all();
  return true;
}

absl::Status PagesAhead::Copy(AheadPage& ahead, Session& session) {
  SYNCLINE_ASSIGN_OR_RETURN(ahead.transaction, store::Database::Begin(*session.connection));
  ahead.writer =
      std::make_unique<PageWriter>(target_, *ahead.transaction, session.ids, ahead.page->rows,
                                   *std::move(ahead.links), WriteMode{.assume_new = true});
  return ahead.writer->Write();
}

void PagesAhead::Settle(AheadPage& ahead, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto given_up = [&] { return ahead.again || ahead.dropped; };
  if (!given_up()) {
    ahead.planned = ahead.ready = true;
    changed_.notify_all();
    const bool settled = changed_.wait(lock, stop, [&] { return !ahead.open || given_up(); });
    if (settled && !given_up()) return;
  }
  lock.unlock();
  ahead.writer.reset();
  ahead.transaction.reset();  // rolls back
  lock.lock();
  if (ahead.open) --open_count_;
  const bool again = ahead.again && !ahead.dropped && !stop.stop_requested();
  Reset(ahead);
  // Back to the queue, which keeps the order: a page before it may have to begin anew as well.
  if (again) ahead.taken = false;
  changed_.notify_all();
}

// Its transaction is gone already.
void PagesAhead::Reset(AheadPage& ahead) {
  ahead.plan = AheadPage::Plan::kWritten;
  ahead.links.reset();
  ahead.keys.reset();
  ahead.open = ahead.planned = ahead.ready = ahead.again = false;
}

}  // namespace syncline::load
