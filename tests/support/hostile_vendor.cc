#include "tests/support/hostile_vendor.h"

#include <httplib.h>
#include <zlib.h>

#include <memory>

namespace syncline::test::hostile {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

// One deflated piece that does not depend on what went before it (full flush), so that it may be
// sent again and again.
struct Pieces {
  std::string first;  // with the gzip header
  std::string repeat;
};

Pieces Deflate() {
  const std::string zeros(kPieceBytes, ' ');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  auto piece = [&] {
    std::string out(kPieceBytes, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FULL_FLUSH);
    out.resize(out.size() - stream.avail_out);
    return out;
  };
  Pieces pieces;
  pieces.first = piece();
  pieces.repeat = piece();
  deflateEnd(&stream);
  return pieces;
}

}  // namespace

HttpServer::Handler GzipBomb(std::size_t decoded_bytes) {
  const auto pieces = std::make_shared<const Pieces>(Deflate());
  return [pieces, decoded_bytes](const httplib::Request&, httplib::Response& response) {
    const std::size_t count = decoded_bytes / kPieceBytes;
    const std::size_t total = pieces->first.size() + (count - 1) * pieces->repeat.size();
    response.set_header("Content-Encoding", "gzip");
    response.set_content_provider(
        total, "application/json",
        [pieces](std::size_t offset, std::size_t, httplib::DataSink& sink) {
          const std::string& piece = offset == 0 ? pieces->first : pieces->repeat;
          return sink.write(piece.data(), piece.size());
        });
  };
}

HttpServer::Handler TruncatedBody(std::size_t announced) {
  return [announced](const httplib::Request&, httplib::Response& response) {
    response.set_content_provider(
        announced, "application/json",
        [announced](std::size_t offset, std::size_t, httplib::DataSink& sink) {
          if (offset > 0) return false;  // closes the connection
          const std::string half = "[" + std::string(announced / 2 - 1, ' ');
          return sink.write(half.data(), half.size());
        });
  };
}

HttpServer::Handler DeepJson(std::size_t depth) {
  return [depth](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(depth, '[') + std::string(depth, ']'), "application/json");
  };
}

HttpServer::Handler HtmlPage() {
  return [](const httplib::Request&, httplib::Response& response) {
    response.set_content("<html><body>Please sign in.</body></html>", "text/html");
  };
}

HttpServer::Handler Hang(const Gate& gate) {
  return [&gate](const httplib::Request&, httplib::Response&) { gate.Wait(); };
}

HttpServer::Handler OneByte(const Gate& gate) {
  return [&gate](const httplib::Request&, httplib::Response& response) {
    response.set_content_provider(
        100, "application/json", [&gate](std::size_t offset, std::size_t, httplib::DataSink& sink) {
          if (offset == 0) return sink.write("[", 1);
          gate.Wait();
          return false;
        });
  };
}

}  // namespace syncline::test::hostile
