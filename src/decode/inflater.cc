#include "decode/inflater.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/status.h"

namespace syncline::decode {
namespace {

constexpr int kWindowBits = 15;  // the largest window, which reads all smaller ones

int WindowBits(Inflater::Wrapper wrapper) {
  switch (wrapper) {
    case Inflater::Wrapper::kGzip: return kWindowBits + 16;
    case Inflater::Wrapper::kZlib: return kWindowBits;
    case Inflater::Wrapper::kNone: return -kWindowBits;
  }
  return kWindowBits;
}

}  // namespace

Inflater::Inflater(Wrapper wrapper)
    : stream_(std::make_unique<z_stream>()),
      ready_(inflateInit2(stream_.get(), WindowBits(wrapper)) == Z_OK) {}

Inflater::~Inflater() {
  if (ready_) inflateEnd(stream_.get());
}

absl::StatusOr<bool> Inflater::Inflate(std::string_view* in, std::string* out) {
  if (!ready_) return base::Error(base::Reason::kInternal, "zlib could not be started.");
  out->resize(kPieceBytes);
  const std::size_t offered = std::min<std::size_t>(in->size(), std::numeric_limits<uInt>::max());
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in->data()));
  stream_->avail_in = static_cast<uInt>(offered);
  stream_->next_out = reinterpret_cast<Bytef*>(out->data());
  stream_->avail_out = static_cast<uInt>(out->size());
  const int code = inflate(stream_.get(), Z_NO_FLUSH);
  in->remove_prefix(offered - stream_->avail_in);
  out->resize(out->size() - stream_->avail_out);
  switch (code) {
    case Z_STREAM_END: return true;
    case Z_OK:
    case Z_BUF_ERROR: return false;  // wants more input
    case Z_MEM_ERROR: return base::Error(base::Reason::kInternal, "Out of memory.");
    default:
      return base::Error(
          base::Reason::kBodyInvalid,
          fmt::format("The body's compression is broken: {}.",
                      stream_->msg == nullptr ? "it needs a dictionary" : stream_->msg));
  }
}

void Inflater::Restart() { inflateReset(stream_.get()); }

std::uint32_t Crc32(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace syncline::decode
