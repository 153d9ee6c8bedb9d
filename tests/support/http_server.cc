#include "tests/support/http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <utility>

namespace syncline::test {
namespace {

struct Certificate {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> x509{X509_new(), &X509_free};
};

void AddExtension(X509* x509, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate MakeCertificate() {
  constexpr long kDaySeconds = 24 * 3600;
  Certificate certificate;
  X509* const x509 = certificate.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(x509), kDaySeconds);
  X509_set_pubkey(x509, certificate.key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("loopback"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  AddExtension(x509, NID_subject_alt_name, "IP:127.0.0.1");
  AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(x509, certificate.key.get(), EVP_sha256());
  return certificate;
}

}  // namespace

HttpServer::HttpServer(Handler handler) : server_(std::make_unique<httplib::Server>()) {
  Serve(std::move(handler), "http");
}

HttpServer::HttpServer(Handler handler, const std::string& certificate_file) {
  const Certificate certificate = MakeCertificate();
  std::FILE* const file = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(file, certificate.x509.get());
  std::fclose(file);
  server_ = std::make_unique<httplib::SSLServer>(certificate.x509.get(), certificate.key.get());
  Serve(std::move(handler), "https");
}

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
