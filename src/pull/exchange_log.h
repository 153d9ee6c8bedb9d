#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/exchange.h"

namespace syncline::pull {

// What one run sent and what came back, as far as somebody may ask later: the newest exchanges and
// the failed ones. Holds texts as they came, cut, and hands them out redacted (I5); so noting one
// costs a copy and no search. Made per run, outlives its puller; any thread.
class ExchangeLog {
 public:
  static constexpr std::size_t kNewestMax = 20;
  static constexpr std::int64_t kFailedMax = 180;  // of a run; later ones are kept while new
  static constexpr std::size_t kHeldMax = 256;     // newest, in flight and not yet taken (I7)
  static constexpr std::size_t kBodyBytesMax = std::size_t{16} << 10;
  static constexpr std::size_t kHeadersMax = 64;
  static constexpr std::size_t kTextBytesMax = std::size_t{8} << 10;  // of a URL, a header's value

  using Scrub = std::function<std::string(std::string)>;

  struct Bounds {
    std::size_t newest = kNewestMax;
    std::int64_t last_id = 0;       // of the exchanges of the run before
    std::int64_t failed_count = 0;  // of those that failed
  };
  explicit ExchangeLog(const Bounds& bounds) : bounds_(bounds), last_id_(bounds.last_id) {}
  ExchangeLog(const ExchangeLog&) = delete;
  ExchangeLog& operator=(const ExchangeLog&) = delete;

  // Takes the sign-in's secrets out of texts. Until it is set nothing is handed out but sign-ins.
  void SetScrub(Scrub scrub);

  // One that is about to be sent; its id, from which the calls below know it. They do nothing for 0
  // and for one that is not held any more.
  std::int64_t Open(model::Exchange sent);
  void Change(std::int64_t id, const std::function<void(model::Exchange&)>& change);
  // It was good so far, and why; more may be said.
  void Accept(std::int64_t id, const std::string& judgement);
  // It was not. A request that was given up is no failure: CANCELLED.
  void Refuse(std::int64_t id, std::string_view reason, const std::string& judgement);
  void Refuse(std::int64_t id, const absl::Status& status);

  // A sign-in begins, after which secrets that texts may repeat are known no more: redacts what is
  // held.
  void RedactHeld();

  // What was judged or changed since it was last taken, in order of id, redacted; `all`: also what
  // nobody judged.
  std::vector<model::Exchange> TakeNews(bool all);
  // They could not be written: they will be taken again, as far as they are held.
  void PutBack(const std::vector<model::Exchange>& taken);
  // Whether a failed one waits to be taken.
  bool has_failure() const;

 private:
  struct Entry {
    model::Exchange exchange;
    bool judged = false;
    bool taken = false;
    bool redacted = false;
  };
  Entry* Find(std::int64_t id);
  void Evict();

  const Bounds bounds_;
  mutable std::mutex mutex_;
  Scrub scrub_;                            // guarded by mutex_, as all below
  std::map<std::int64_t, Entry> entries_;  // by id
  std::int64_t last_id_ = 0;
  std::int64_t failed_count_ = bounds_.failed_count;
};

}  // namespace syncline::pull
