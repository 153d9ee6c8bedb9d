#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/test_authority.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace syncline::test {

// An HTTP server on a port of its own of the loopback: every request goes to one handler, on a
// thread of the server. Destroy clients first: a kept-alive connection holds a thread of it.
class HttpServer {
 public:
  using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

  explicit HttpServer(Handler handler);
  // Over TLS, with a fresh certificate for 127.0.0.1 whose authority is written to
  // `certificate_file` as PEM.
  HttpServer(Handler handler, const std::string& certificate_file);
  // Over TLS with that certificate. With `client_authorities`, in PEM, whoever shows no certificate
  // of one of them is turned away.
  struct Tls {
    CertifiedKey own;
    std::string client_authorities = "";
  };
  HttpServer(Handler handler, const Tls& tls);
  ~HttpServer();

  std::string origin() const { return origin_; }

 private:
  void Serve(Handler handler, const char* scheme);

  std::unique_ptr<httplib::Server> server_;
  std::string origin_;
  std::jthread thread_;
};

}  // namespace syncline::test
