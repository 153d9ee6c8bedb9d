#include "decode/decompressed_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "decode/byte_cursor.h"
#include "decode/compression.h"
#include "decode/inflater.h"
#include "decode/meter.h"
#include "decode/zip_source.h"

namespace syncline::decode {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The member of a gzip file, or the stream of zlib, and what may follow it.
class DeflateSource final : public ByteSource {
 public:
  DeflateSource(std::unique_ptr<ByteSource> body, Inflater::Wrapper wrapper, Meter& meter)
      : body_(std::move(body)),
        inflater_(wrapper),
        has_members_(wrapper == Inflater::Wrapper::kGzip),
        meter_(meter) {}

  absl::StatusOr<std::string_view> Read() override {
    while (true) {
      SYNCLINE_ASSIGN_OR_RETURN(std::string_view* const in, body_.Peek());
      if (in->empty()) {
        if (between_) return std::string_view();
        return BrokenOff();
      }
      if (between_) {
        SYNCLINE_ASSIGN_OR_RETURN(const bool begun, BeginMember(in));
        if (!begun) continue;
      }
      SYNCLINE_ASSIGN_OR_RETURN(between_, inflater_.Inflate(in, &out_));
      SYNCLINE_RETURN_IF_ERROR(meter_.Produce(out_.size(), &produced_));
      if (!out_.empty()) return out_;
    }
  }

 private:
  // Skips the zeros that may pad the end of a file; true when another member begins.
  absl::StatusOr<bool> BeginMember(std::string_view* in) {
    in->remove_prefix(std::min(in->find_first_not_of('\0'), in->size()));
    if (in->empty()) return false;
    if (!has_members_ || in->front() != '\x1F') {
      return base::Error(base::Reason::kBodyInvalid,
                         "The body's compression is broken: something else follows its end.");
    }
    inflater_.Restart();
    between_ = false;
    return true;
  }

  ByteCursor body_;
  Inflater inflater_;
  const bool has_members_;
  Meter& meter_;
  std::size_t produced_ = 0;
  bool between_ = false;  // a stream ended and no other began
  std::string out_;
};

// Finds out how its body is compressed when it is read first.
class LayerSource final : public ByteSource {
 public:
  LayerSource(std::unique_ptr<ByteSource> body, int depth, Meter& meter)
      : body_(std::move(body)), depth_(depth), meter_(meter) {}

  absl::StatusOr<std::string_view> Read() override {
    if (opened_ == nullptr) SYNCLINE_RETURN_IF_ERROR(Open());
    return opened_->Read();
  }

 private:
  // Its head first, then the rest.
  class Whole final : public ByteSource {
   public:
    Whole(std::string head, std::unique_ptr<ByteSource> rest)
        : head_(std::move(head)), rest_(std::move(rest)) {}
    absl::StatusOr<std::string_view> Read() override {
      if (!std::exchange(head_given_, true) && !head_.empty()) return std::string_view(head_);
      return rest_->Read();
    }

   private:
    const std::string head_;
    const std::unique_ptr<ByteSource> rest_;
    bool head_given_ = false;
  };

  absl::Status Open() {
    std::string head;
    while (head.size() < kCompressionHeadBytes) {
      SYNCLINE_ASSIGN_OR_RETURN(const std::string_view piece, body_->Read());
      if (piece.empty()) break;
      head += piece;
    }
    const Compression compression = FindCompression(head);
    if (head.starts_with(kByteOrderMark)) head.erase(0, kByteOrderMark.size());
    auto whole = std::make_unique<Whole>(std::move(head), std::move(body_));
    if (compression == Compression::kNone) {
      opened_ = std::move(whole);
      return absl::OkStatus();
    }
    if (depth_ >= kCompressionLayersMax) {
      return base::Error(
          base::Reason::kBodyInvalid,
          fmt::format("The body is compressed more than {} times over.", kCompressionLayersMax));
    }
    opened_ =
        std::make_unique<LayerSource>(OpenLayer(compression, std::move(whole)), depth_ + 1, meter_);
    return absl::OkStatus();
  }

  std::unique_ptr<ByteSource> OpenLayer(Compression compression,
                                        std::unique_ptr<ByteSource> whole) {
    if (compression == Compression::kZip) {
      return std::make_unique<ZipSource>(std::move(whole), meter_);
    }
    const auto wrapper =
        compression == Compression::kGzip ? Inflater::Wrapper::kGzip : Inflater::Wrapper::kZlib;
    return std::make_unique<DeflateSource>(std::move(whole), wrapper, meter_);
  }

  std::unique_ptr<ByteSource> body_;
  const int depth_;
  Meter& meter_;
  std::unique_ptr<ByteSource> opened_;
};

// Counts what goes in at one end and comes out at the other.
class MeteredSource final : public ByteSource {
 public:
  MeteredSource(std::unique_ptr<ByteSource> body, const DecompressLimits& limits)
      : meter_(limits), plain_(std::make_unique<Received>(std::move(body), meter_), 0, meter_) {}

  absl::StatusOr<std::string_view> Read() override {
    SYNCLINE_ASSIGN_OR_RETURN(const std::string_view piece, plain_.Read());
    SYNCLINE_RETURN_IF_ERROR(meter_.CountPlain(piece.size()));
    return piece;
  }

 private:
  class Received final : public ByteSource {
   public:
    Received(std::unique_ptr<ByteSource> body, Meter& meter)
        : body_(std::move(body)), meter_(meter) {}
    // In small pieces, so that a bomb's first piece does not count as much before it is used.
    absl::StatusOr<std::string_view> Read() override {
      if (rest_.empty()) {
        SYNCLINE_ASSIGN_OR_RETURN(rest_, body_->Read());
      }
      const std::string_view piece = rest_.substr(0, Inflater::kPieceBytes);
      rest_.remove_prefix(piece.size());
      SYNCLINE_RETURN_IF_ERROR(meter_.CountReceived(piece.size()));
      return piece;
    }

   private:
    const std::unique_ptr<ByteSource> body_;
    Meter& meter_;
    std::string_view rest_;
  };

  Meter meter_;
  LayerSource plain_;
};

}  // namespace

std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> body,
                                       const DecompressLimits& limits) {
  return std::make_unique<MeteredSource>(std::move(body), limits);
}

absl::StatusOr<std::string> DecompressText(std::string body, const DecompressLimits& limits) {
  if (FindCompression(body) == Compression::kNone) {
    if (body.starts_with(kByteOrderMark)) body.erase(0, kByteOrderMark.size());
    return body;
  }
  MeteredSource source(std::make_unique<TextSource>(std::move(body)), limits);
  std::string plain;
  while (true) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::string_view piece, source.Read());
    if (piece.empty()) return plain;
    plain += piece;
  }
}

}  // namespace syncline::decode
