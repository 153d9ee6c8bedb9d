#include "tests/support/http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fstream>
#include <utility>

namespace syncline::test {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPointer = std::unique_ptr<BIO, BioDeleter>;

BioPointer Open(const std::string& text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

X509Pointer ReadCertificate(const std::string& pem) {
  return {PEM_read_bio_X509(Open(pem).get(), nullptr, nullptr, nullptr), &X509_free};
}

// The server takes the store over. Null for no authority.
X509_STORE* StoreOf(const std::string& authority) {
  if (authority.empty()) return nullptr;
  X509_STORE* const store = X509_STORE_new();
  X509_STORE_add_cert(store, ReadCertificate(authority).get());
  return store;
}

}  // namespace

HttpServer::HttpServer(Handler handler) : server_(std::make_unique<httplib::Server>()) {
  Serve(std::move(handler), "http");
}

HttpServer::HttpServer(Handler handler, const Tls& tls) {
  const X509Pointer certificate = ReadCertificate(tls.own.certificate);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(Open(tls.own.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  server_ = std::make_unique<httplib::SSLServer>(certificate.get(), key.get(),
                                                 StoreOf(tls.client_authorities));
  Serve(std::move(handler), "https");
}

HttpServer::HttpServer(Handler handler, const std::string& certificate_file)
    : HttpServer(std::move(handler), [&] {
        TestAuthority authority("loopback");
        std::ofstream(certificate_file) << authority.certificate();
        return Tls{.own = authority.Issue("server")};
      }()) {}

void HttpServer::Serve(Handler handler, const char* scheme) {
  server_->Get(".*", handler);
  server_->Post(".*", handler);
  server_->set_keep_alive_timeout(1);
  server_->set_keep_alive_max_count(1'000'000);
  const int port = server_->bind_to_any_port("127.0.0.1");
  origin_ = fmt::format("{}://127.0.0.1:{}", scheme, port);
  // The listening socket is open already: a request that comes before the loop runs waits in it.
  thread_ = std::jthread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();  // before that, stop() does nothing
}

HttpServer::~HttpServer() { server_->stop(); }

}  // namespace syncline::test
