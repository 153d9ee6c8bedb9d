#include "pull/record_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/shown_text.h"
#include "base/status.h"
#include "decode/body.h"
#include "decode/compression.h"
#include "decode/decompressed_source.h"
#include "http/patience.h"
#include "pull/response_rules.h"

namespace syncline::pull {
namespace {

// Of the plain body, kept to show what came instead of a list.
constexpr std::size_t kBeginBytes = std::size_t{64} << 10;
// So far from the cut of the kept beginning, no secret can begin that the cut left half.
constexpr std::size_t kSecretBytesMax = std::size_t{16} << 10;

base::Hash128 Chained(const base::Hash128& before, std::string_view page) {
  const base::Hash128 own = base::HashBytes(page);
  const std::array<std::uint64_t, 4> words = {before.high, before.low, own.high, own.low};
  return base::HashBytes({reinterpret_cast<const char*>(words.data()), sizeof(words)});
}

decode::RecordPage::Limits PageLimits(const VendorClient& client) {
  return {.record_bytes_max = static_cast<std::size_t>(client.limits().page_bytes_max)};
}

}  // namespace

// The pieces of one body; ends as CANCELLED where another begins.
class RecordStream::Source {
 public:
  explicit Source(StreamBuffer& buffer) : buffer_(buffer) {}

  // Waits for the first piece of the next body. False when the answer is held.
  absl::StatusOr<bool> Begin() {
    if (!next_.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(next_, buffer_.Read(stop_));
    }
    body_ = next_->body;
    return next_->streamed;
  }
  absl::StatusOr<std::string_view> Read() {
    if (!next_.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(next_, buffer_.Read(stop_));
    }
    if (next_->body != body_) return base::Error(base::Reason::kCancelled, "Another try began.");
    current_ = std::move(next_->bytes);
    next_.reset();
    return std::string_view(current_);
  }
  // The beginning of the body that was begun.
  std::string_view head() const { return next_->bytes; }
  bool another_began() const { return next_.has_value() && next_->body != body_; }

  // Of whoever reads from now on.
  void set_stop(std::stop_token stop) { stop_ = std::move(stop); }

 private:
  std::stop_token stop_;
  StreamBuffer& buffer_;
  std::int64_t body_ = 0;
  std::optional<StreamBuffer::Piece> next_;
  std::string current_;
};

RecordStream::RecordStream(Options options)
    : client_(options.client),
      list_(std::move(options.list)),
      request_(std::move(options.request)),
      handed_out_(options.position),
      judge_(list_->rules(), client_),
      errand_(std::move(options.errand)),
      record_(client_.exchanges(), client_.clock(), errand_),
      bytes_max_(list_->rules().spec().stream() ? Limits::kStreamBytesMax
                                                : client_.limits().stream_bytes_max),
      buffer_([this](const http::Response& head) { return Streams(head); },
              // What was cut once is cut again, to be skipped.
              {.held_bytes_max = handed_out_.records > 0 ? 0 : list_->cutting()->held_bytes_max,
               .bytes_max = static_cast<std::size_t>(bytes_max_)}),
      source_(std::make_unique<Source>(buffer_)),
      page_(PageLimits(client_)),
      sender_([this](std::stop_token stop) { Send(std::move(stop)); }) {}

RecordStream::~RecordStream() = default;  // the sender is stopped and joined first

bool RecordStream::Streams(const http::Response& head) const {
  const auto ruling = list_->rules().Judge(head, {}, client_.clock().Now());
  if (!ruling.ok() || list_->pagination().EndsAt(head.status) ||
      IsPageForPeople(head, list_->rules().spec())) {
    return false;
  }
  const bool is_success = head.status >= 200 && head.status < 300;
  return ruling->action == v1::ResponseRule::ACTION_SUCCEED ||
         (ruling->action == v1::ResponseRule::ACTION_UNSPECIFIED && is_success);
}

void RecordStream::Send(std::stop_token stop) {
  http::Request request = request_;
  request.sink = &buffer_;
  auto response =
      SendJudged(client_, std::move(request), list_->rules(), &judge_, &record_, std::move(stop));
  record_.Finish(response.status());
  buffer_.Finish(std::move(response));
}

absl::Status RecordStream::Begin() {
  http::Response head = buffer_.head();
  head.body = source_->head().substr(0, decode::kCompressionHeadBytes);
  if (!HasExpectedType(head, list_->rules().spec())) {
    head.body.clear();  // it may end inside a secret
    return UnexpectedType(head, request_.url, list_->rules().spec(), client_.authenticator());
  }
  // Between the pieces that arrive and the plain bytes.
  class Received final : public decode::ByteSource {
   public:
    explicit Received(Source& source) : source_(source) {}
    absl::StatusOr<std::string_view> Read() override { return source_.Read(); }

   private:
    Source& source_;
  };
  const auto bytes_max = static_cast<std::size_t>(bytes_max_);
  plain_ = decode::Decompress(std::make_unique<Received>(*source_),
                              {.compressed_bytes_max = bytes_max, .plain_bytes_max = bytes_max});
  cutter_ = decode::MakeRecordCutter(list_->rules().spec(), list_->cutting()->path);
  page_ = decode::RecordPage(PageLimits(client_));
  ready_.reset();
  piece_ = {};
  begin_.clear();
  position_ = {};
  body_bytes_ = 0;
  ended_ = false;
  return absl::OkStatus();
}

absl::StatusOr<RecordStream::Part> RecordStream::Next(std::stop_token stop) {
  source_->set_stop(stop);
  while (true) {
    if (plain_ == nullptr) {
      SYNCLINE_ASSIGN_OR_RETURN(const bool streamed, source_->Begin());
      if (!streamed) {
        SYNCLINE_ASSIGN_OR_RETURN(Answer answer, Conclude());
        return Part{.answer = std::move(answer)};
      }
      SYNCLINE_RETURN_IF_ERROR(Begin());
    }
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<Page> page, CutPage(stop));
    if (!page.has_value()) {
      plain_ = nullptr;
      continue;
    }
    const bool was_behind = position_.records < handed_out_.records;
    position_.records += page->cut.count;
    position_.fingerprint = Chained(position_.fingerprint, page->cut.text);
    if (!was_behind) {
      handed_out_ = position_;
      return Part{.page = std::move(page)};
    }
    if (position_.records < handed_out_.records && !page->last) continue;
    if (position_ != handed_out_) return Part{};
    // The list ends now where it went on before.
    if (page->last) return Part{.page = Page{.cut = {.text = "[]"}, .last = true}};
  }
}

absl::StatusOr<std::optional<RecordStream::Page>> RecordStream::CutPage(std::stop_token stop) {
  const absl::Status filled = Fill(std::move(stop));
  if (source_->another_began()) return std::optional<Page>();
  if (!filled.ok()) return WithBegin(filled);
  Page page{.body_bytes = std::exchange(body_bytes_, 0)};
  page.last = ended_ && (!ready_.has_value() || page_.count() == 0);
  page.cut = ready_.has_value() ? *std::exchange(ready_, std::nullopt) : page_.Take();
  return std::optional<Page>(std::move(page));
}

// Until a page is full and something follows it, or the body is over: only then is it known which
// page is the last.
absl::Status RecordStream::Fill(std::stop_token stop) {
  while (!ended_ && (!ready_.has_value() || page_.text().empty())) {
    if (stop.stop_requested()) {
      return base::Error(base::Reason::kCancelled, "The request was stopped.");
    }
    if (piece_.empty()) {
      SYNCLINE_ASSIGN_OR_RETURN(piece_, plain_->Read());
      body_bytes_ += static_cast<std::int64_t>(piece_.size());
      begin_ += piece_.substr(0, kBeginBytes - std::min(begin_.size(), kBeginBytes));
      if (piece_.empty()) {
        SYNCLINE_RETURN_IF_ERROR(cutter_->End(&page_));
        ended_ = true;
        break;
      }
    }
    SYNCLINE_RETURN_IF_ERROR(cutter_->Cut(&piece_, &page_));
    if (page_.full() && !ready_.has_value()) ready_ = page_.Take();
  }
  return absl::OkStatus();
}

absl::StatusOr<Answer> RecordStream::Conclude() {
  SYNCLINE_ASSIGN_OR_RETURN(
      Answer answer, ReadAnswer(client_, request_, list_->rules(), buffer_.TakeResponse(), &judge_,
                                &list_->pagination()));
  answer.exchange_id = record_.id();
  return answer;
}

absl::Status RecordStream::WithBegin(const absl::Status& status) const {
  const bool is_parked = http::ParkOf(status).has_value();
  if (is_parked || base::ReasonOf(status) == base::Reason::kCancelled) return status;
  const std::string scrubbed = client_.authenticator().Scrub(begin_);
  const bool was_cut = begin_.size() >= kBeginBytes;
  const bool is_safe = !was_cut || scrubbed.size() > auth::kShownBytesMax + kSecretBytesMax;
  return is_safe ? WithBody(status, scrubbed, client_.authenticator()) : status;
}

}  // namespace syncline::pull
