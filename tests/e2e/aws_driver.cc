// Sends requests of random shape, signed as the server signs them, to somebody who verifies them:
//   aws_driver <port> <count> <seed>
// Each goes out twice: as signed, which must be accepted (200), and with one byte changed on the
// way, which must be refused (403). Prints what was not so; exits 1 then.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "auth/aws_sigv4_authenticator.h"
#include "auth/signing_transport.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "tests/support/loopback_transport.h"

namespace {

using namespace syncline;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t Below(std::size_t count) { return engine_() % count; }
  bool OneIn(std::size_t count) { return Below(count) == 0; }
  template <typename T, std::size_t N>
  T Pick(const std::array<T, N>& from) {
    return from[Below(N)];
  }
  template <std::size_t N>
  std::string Text(const std::array<const char*, N>& pieces, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += Pick(pieces);
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

constexpr auto kPieces =
    std::to_array<const char*>({"a",   "B",   "7",   "-", ".",        "_",      "~",
                                " ",   ":",   "+",   "@", "!",        "'",      "(",
                                "*",   ",",   ";",   "$", "\xC3\xA9", "%2F",    "%41",
                                "%20", "%2b", "%25", "[", "]",        "%C3%BC", "\xE1\x88\xB4",
                                "x9"});
constexpr auto kHeaderPieces =
    std::to_array<const char*>({"a", "B", "7", " ", "  ", "\t", ",", ";", "=", "\"", "/", "~"});
constexpr auto kServices =
    std::to_array<const char*>({"iam", "execute-api", "s3", "es", "aoss", "sts"});
constexpr auto kRegions = std::to_array<const char*>({"us-east-1", "eu-west-1", "cn-north-1"});
constexpr auto kMethods =
    std::to_array<http::Method>({http::Method::kGet, http::Method::kPost, http::Method::kPut,
                                 http::Method::kPatch, http::Method::kDelete});

std::string RandomUrl(const std::string& origin, bool repeats, Dice& dice) {
  std::string url = origin;
  for (std::size_t i = dice.Below(5); i > 0; --i) {
    url += dice.OneIn(6) ? std::string(dice.Pick(std::to_array<const char*>({"/", "/.", "/.."})))
                         : "/" + dice.Text(kPieces, dice.Below(8));
  }
  if (url == origin || dice.OneIn(3)) url += '/';
  for (std::size_t i = dice.Below(6), first = i; i > 0; --i) {
    // The verifier takes the first of S3's repeated parameters only, so S3 gets none.
    const std::string unique = repeats && dice.OneIn(3) ? "n" : fmt::format("n{}", i);
    url += (i == first ? '?' : '&') + unique + dice.Text(kPieces, dice.Below(3));
    if (!repeats) url += fmt::format("-{}", i);
    if (!dice.OneIn(5)) url += "=" + dice.Text(kPieces, dice.Below(10));
  }
  return url;
}

http::Request RandomRequest(const std::string& origin, bool repeats, Dice& dice) {
  http::Request request{.method = dice.Pick(kMethods)};
  request.url = *http::Url::Parse(RandomUrl(origin, repeats, dice));
  for (std::size_t i = dice.Below(5); i > 0; --i) {
    request.headers.Add(fmt::format("X-{}{}", dice.OneIn(2) ? "h" : "H", dice.Below(3)),
                        dice.Text(kHeaderPieces, dice.Below(8)));
  }
  const bool may_have_body = request.method != http::Method::kGet;
  if (may_have_body && !dice.OneIn(3)) {
    request.headers.Add("Content-Type", "application/octet-stream");
    for (std::size_t i = 1 + dice.Below(200); i > 0; --i) {
      request.body.push_back(static_cast<char>(dice.Below(256)));
    }
  }
  return request;
}

// Another letter or digit where there is one, from a random place on; false when there is none.
bool ChangeByte(std::string* text, Dice& dice) {
  if (text->empty()) return false;
  const std::size_t begin = dice.Below(text->size());
  for (std::size_t i = 0; i < text->size(); ++i) {
    char& c = (*text)[(begin + i) % text->size()];
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) continue;
    c = c == '5' ? '6' : '5';
    return true;
  }
  return false;
}

// Stands between the signature and the wire.
class TamperingTransport final : public http::Transport {
 public:
  TamperingTransport(http::Transport& inner, Dice& dice) : inner_(inner), dice_(dice) {}
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override {
    if (!tampering) return inner_.Send(request, limits, stop);
    http::Request changed = request;
    while (!Change(&changed)) {
    }
    return inner_.Send(changed, limits, stop);
  }
  bool tampering = false;

 private:
  bool Change(http::Request* request) {
    switch (dice_.Below(4)) {
      case 0: return ChangeByte(&request->url.path, dice_);
      case 1: return ChangeByte(&request->url.query, dice_);
      case 2: {
        if (request->body.empty()) return false;
        char& c = request->body[dice_.Below(request->body.size())];
        c = static_cast<char>(c ^ (1 << dice_.Below(8)));
        return true;
      }
      default: break;
    }
    const auto& [name, value] = request->headers.all()[dice_.Below(request->headers.all().size())];
    if (request->headers.Find(name) != value) return false;  // one of several: Set takes them all
    std::string changed = value;
    if (!ChangeByte(&changed, dice_)) return false;
    request->headers.Set(std::string(name), changed);
    return true;
  }

  http::Transport& inner_;
  Dice& dice_;
};

// The signature that a byte was changed in may name another key; every refusal is one.
bool Expect(const absl::StatusOr<http::Response>& answer, bool accepted,
            const http::Request& request) {
  const int status = answer.ok() ? answer->status : 0;
  if (accepted ? status == 200 : status == 403) return true;
  std::cout << (accepted ? "not accepted: " : "not refused: ") << http::MethodName(request.method)
            << ' ' << request.url.ToString() << ' ' << status << '\n'
            << (answer.ok() ? answer->body : base::MessageOf(answer.status())) << '\n';
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string origin = fmt::format("http://127.0.0.1:{}", argv[1]);
  const int count = std::atoi(argv[2]);
  Dice dice(static_cast<unsigned>(std::atoi(argv[3])));
  base::SystemClock clock;
  base::SeededRandom random(1);
  const auto curl = test::MakeLoopbackTransport();
  TamperingTransport wire(*curl, dice);
  int wrong = 0;
  for (int i = 0; i < count && wrong < 10; ++i) {
    v1::AwsAuthentication spec;
    spec.set_access_key_id("AKIDEXAMPLE");
    spec.set_region(dice.Pick(kRegions));
    spec.set_service(dice.Pick(kServices));
    auth::AwsKeys keys{"AKIDEXAMPLE", secret::Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                       secret::Secret(dice.OneIn(2) ? "token/+==" : "")};
    const auto signer = *auth::AwsSigV4Authenticator::Make(
        spec, *auth::AllowedHosts::Make({"127.0.0.1"}), std::move(keys),
        {.transport = wire, .clock = clock, .random = random});
    auth::SigningTransport transport(wire, *signer);
    const http::Request request = RandomRequest(origin, spec.service() != "s3", dice);
    for (const bool accepted : {true, false}) {
      wire.tampering = !accepted;
      if (!Expect(transport.Send(request, {}, {}), accepted, request)) ++wrong;
    }
  }
  std::cout << count << " requests, " << wrong << " judged wrongly\n";
  return wrong == 0 ? 0 : 1;
}
