#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/id_blocks.h"
#include "load/load_assumptions.h"
#include "load/load_target.h"
#include "load/page_committer.h"
#include "load/page_keys.h"
#include "load/page_writer.h"
#include "store/connection.h"
#include "store/database.h"

namespace syncline::load {

// A page that was announced and is not committed. Its members belong to the thread that prepares it
// until it is ready, then to the one that commits it; the flags are guarded by PagesAhead.
struct AheadPage {
  enum class Plan : std::uint8_t {
    kWritten,    // by its commit
    kUnchanged,  // writes no rows
    kCopied,     // all of it is new, and its rows are in `transaction`
  };
  std::shared_ptr<const PageCommit> page;
  std::optional<std::vector<Link>> links;  // as nobody but this page can change them any more
  std::shared_ptr<const PageKeys> keys;    // null: not known
  absl::Status copied;                     // how it went; of kCopied
  std::unique_ptr<store::Transaction> transaction;
  std::unique_ptr<PageWriter> writer;

  Plan plan = Plan::kWritten;
  bool taken = false, planned = false, ready = false;
  bool again = false;    // roll back and begin anew
  bool dropped = false;  // roll back and leave it
  bool open = false;     // its transaction is, or is about to begin
};

// Does ahead what can be done for the next pages while earlier ones are being committed: reads
// their links, and copies the rows of a page that is all new in a transaction of its own, without
// the fence. The fence is taken last, by the commit, in the order of the pages, so nothing is
// visible before it and a lost run leaves nothing behind (I1, I2).
//
// Two open transactions must not wait for each other, for one of them waits for the other's commit
// here, where PostgreSQL cannot see it. So
// - rows are copied ahead only while every earlier page that is not committed was copied ahead too,
//   or writes nothing: behind a page that may update what it meets, nothing is open;
// - and only when the page shares no unique value with those pages (PageKeys).
// A page that does not fit waits for those before it. Two runs that write the same values can still
// wait for each other in a ring; kLockTimeout ends that, and the page is then written by its
// commit.
//
// Owned by the committer; Add is called by one thread, the rest by the thread that commits.
class PagesAhead {
 public:
  static constexpr int kSessions = 2;
  static constexpr std::size_t kPagesMax = 4;  // more are not prepared (I7)
  static constexpr std::chrono::milliseconds kLockTimeout{1'000};

  using Connect = std::function<absl::StatusOr<std::unique_ptr<store::Connection>>()>;
  PagesAhead(const LoadTarget& target, const LoadAssumptions& assumptions, Connect connect);
  ~PagesAhead();

  void Add(std::shared_ptr<const PageCommit> page);
  // Waits for what is being done for this page, which is the first from now on. When it was not
  // announced nothing was done for it, and what was for others is dropped.
  std::shared_ptr<AheadPage> Await(const PageCommit& page);
  // The first page is committed.
  void Finish();
  // The first page failed: it and all later ones are rolled back when this returns, and the later
  // ones are begun anew.
  void RollBack();

 private:
  struct Session {
    std::unique_ptr<store::Connection> connection;
    IdBlocks ids;
  };
  using Pages = std::deque<std::shared_ptr<AheadPage>>;
  struct Predecessor {
    AheadPage::Plan plan;
    std::shared_ptr<const PageKeys> keys;
  };
  static bool Meet(const AheadPage& page, const Predecessor& earlier);
  void Work(std::stop_token stop);
  std::shared_ptr<AheadPage> NextQueued(std::stop_token stop);
  void Prepare(AheadPage& ahead, Session& session, std::stop_token stop);
  absl::Status Open(Session& session) const;
  bool MayCopy(const std::vector<Link>& links) const;
  // What the pages before this one will do, once that is planned. Empty: given up.
  std::optional<std::vector<Predecessor>> Earlier(const AheadPage& ahead, std::stop_token stop);
  // Waits until this page is the first. False: given up.
  bool AwaitTurn(const AheadPage& ahead, std::stop_token stop);
  // False: given up.
  bool Decide(AheadPage& ahead, AheadPage::Plan plan);
  absl::Status Copy(AheadPage& ahead, Session& session);
  // Tells that the page is ready, and waits until the session is free again. A page that is to be
  // prepared once more is queued again.
  void Settle(AheadPage& ahead, std::stop_token stop);
  void CloseFirst(std::unique_lock<std::mutex>& lock);
  static void Reset(AheadPage& ahead);

  const LoadTarget& target_;
  const LoadAssumptions& assumptions_;
  const Connect connect_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Pages pages_;         // in order
  int open_count_ = 0;  // pages that are `open`
  std::vector<std::jthread> workers_;
};

// Whether every row has a link with its hash and nothing was rejected.
bool IsUnchanged(const model::RowBatch& rows, const std::vector<Link>& links);

}  // namespace syncline::load
