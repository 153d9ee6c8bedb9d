#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "decode/byte_source.h"
#include "decode/record_cutter.h"
#include "pull/answer.h"
#include "pull/answer_judge.h"
#include "pull/errand.h"
#include "pull/exchange_record.h"
#include "pull/list.h"
#include "pull/list_position.h"
#include "pull/stream_buffer.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// One answer that is cut into pages while it is received by a thread of its own, or held if it is
// small enough for the list. Holds three pages and a megabyte of the body, or what may be held,
// however long it is (I7). When the request is tried again in the
// middle, or the stream is opened at a position, what was handed out before is skipped and
// compared. Used by one thread.
class RecordStream {
 public:
  struct Options {
    VendorClient& client;              // must outlive the stream
    std::shared_ptr<const List> list;  // with Cutting
    http::Request request;             // not signed yet
    Errand errand = {};                // what it is sent for
    StreamPosition position = {};      // to go on from
  };
  explicit RecordStream(Options options);
  // Gives the request up if it is under way.
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  struct Page {
    decode::RecordPage::Cut cut;
    std::int64_t body_bytes = 0;  // decompressed, since the page before
    bool last = false;
  };
  struct Part {
    // An answer that is held: small, without content, or for a rule to restart the list.
    std::optional<Answer> answer;
    // Else a page; neither when the list is not the one that was handed out before.
    std::optional<Page> page;
  };
  // The next part; after an answer or the last page there is none. What Ask says; what RecordCutter
  // says; CANCELLED.
  absl::StatusOr<Part> Next(std::stop_token stop);

  // With the last page that Next yielded.
  const StreamPosition& position() const { return position_; }
  const http::Request& asked() const { return request_; }  // without the sign-in
  // Of the last try; 0 without a log, or when none went out.
  std::int64_t exchange_id() const { return record_.id(); }
  // Status and headers.
  http::Response head() const { return buffer_.head(); }

 private:
  class Source;

  bool Streams(const http::Response& head) const;
  void Send(std::stop_token stop);
  // Begins to read the body that the buffer holds now.
  absl::Status Begin();
  // The next page of the body; nullopt when another try of the request began another body.
  absl::StatusOr<std::optional<Page>> CutPage(std::stop_token stop);
  absl::Status Fill(std::stop_token stop);
  absl::StatusOr<Answer> Conclude();
  // The error with what came instead of a list.
  absl::Status WithBegin(const absl::Status& status) const;

  VendorClient& client_;
  const std::shared_ptr<const List> list_;
  const http::Request request_;
  StreamPosition handed_out_;
  StreamPosition position_;
  AnswerJudge judge_;
  const Errand errand_;
  ExchangeRecord record_;  // used by the thread that sends
  const std::int64_t bytes_max_;
  StreamBuffer buffer_;
  const std::unique_ptr<Source> source_;  // of plain_
  std::unique_ptr<decode::ByteSource> plain_;
  std::unique_ptr<decode::RecordCutter> cutter_;
  decode::RecordPage page_;
  std::optional<decode::RecordPage::Cut> ready_;
  std::string_view piece_;
  std::string begin_;  // of the plain body, for errors
  std::int64_t body_bytes_ = 0;
  bool ended_ = false;
  std::jthread sender_;
};

}  // namespace syncline::pull
