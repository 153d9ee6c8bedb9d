#pragma once

#include <atomic>
#include <cstddef>
#include <future>
#include <string>

#include "tests/support/http_server.h"

namespace syncline::test {

// Answers that no honest vendor gives, for HttpServer.
namespace hostile {

// `decoded_bytes` of one repeated byte as gzip of about a thousandth, made while it is sent.
HttpServer::Handler GzipBomb(std::size_t decoded_bytes);
// Announces `announced` bytes of JSON, sends half of them and closes the connection.
HttpServer::Handler TruncatedBody(std::size_t announced);
// "[[[[…" and as many closing brackets.
HttpServer::Handler DeepJson(std::size_t depth);
// A sign-in page with status 200.
HttpServer::Handler HtmlPage();

}  // namespace hostile

// Holds requests until it is released: declare the gate, the server, then an Opener, so that a
// server is never destroyed while a thread of it still waits.
class Gate {
 public:
  class Opener {
   public:
    explicit Opener(Gate& gate) : gate_(gate) {}
    ~Opener() { gate_.Release(); }

   private:
    Gate& gate_;
  };

  void Release() {
    if (!released_.exchange(true)) open_.set_value();
  }
  void Wait() const { opened_.wait(); }

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
  std::atomic<bool> released_ = false;
};

namespace hostile {

// Never answers before the gate opens.
HttpServer::Handler Hang(const Gate& gate);
// Sends headers and one byte of a body, and no more before the gate opens.
HttpServer::Handler OneByte(const Gate& gate);

}  // namespace hostile

}  // namespace syncline::test
