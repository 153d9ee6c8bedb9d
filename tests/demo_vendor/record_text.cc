#include "tests/demo_vendor/record_text.h"

#include <array>
#include <iterator>
#include <string_view>

#include "fmt/format.h"

namespace syncline::demo_vendor {
namespace {

// SplitMix64: the n-th number of a seed without a state to carry.
std::uint64_t Mix(std::uint64_t seed, std::int64_t number, int field) {
  std::uint64_t z =
      seed + 0x9E3779B97F4A7C15ull * static_cast<std::uint64_t>(number * 31 + field + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

template <std::size_t N>
std::string_view Pick(const std::array<std::string_view, N>& values, std::uint64_t bits) {
  return values[bits % N];
}

constexpr std::array<std::string_view, 6> kVendors = {"Dell",  "Lenovo", "HP",
                                                      "Apple", "Asus",   "Framework"};
constexpr std::array<std::string_view, 6> kModels = {
    "Latitude 7440", "ThinkPad T14", "EliteBook 845", "MacBook Pro", "ExpertBook B9", "Laptop 13"};
constexpr std::array<std::string_view, 4> kSystems = {"Windows 11", "Debian 12", "macOS 14",
                                                      "Ubuntu 24.04"};
constexpr std::array<std::string_view, 8> kFirstNames = {"Ana", "Jürgen", "Chloé", "Noah",
                                                         "Zoë", "Mikael", "Olga",  "太郎"};
constexpr std::array<std::string_view, 8> kLastNames = {"Novak", "Müller", "O'Brien",  "García",
                                                        "Smith", "Åberg",  "Kowalska", "Tanaka"};
constexpr std::array<std::string_view, 5> kSites = {"Vienna", "Graz", "Zürich", "São Paulo",
                                                    "Oslo"};
constexpr std::array<std::string_view, 5> kDepartments = {"Engineering", "Sales", "Finance",
                                                          "People", "Support"};
constexpr std::array<std::string_view, 3> kStatuses = {"ACTIVE", "STAGED", "DEPROVISIONED"};

}  // namespace

std::string DeviceId(std::int64_t number) { return fmt::format("d-{:07}", number); }
std::string PersonId(std::int64_t number) { return fmt::format("p-{:07}", number); }

std::string DeviceText(std::uint64_t seed, const RecordState& record) {
  const auto bits = [&](int field) { return Mix(seed, record.number, field); };
  std::string out;
  out.reserve(800);
  auto to = std::back_inserter(out);
  const std::uint64_t kind = bits(0);
  fmt::format_to(
      to, R"({{"id":"{}","serial":"SN{:03X}{:07X}","asset_tag":"{:07}","name":"host-{:07}",)",
      DeviceId(record.number), bits(1) & 0xFFF, record.number, record.number, record.number);
  fmt::format_to(to,
                 R"("model":{{"vendor":"{}","name":"{}","details":{{"cpu":{{"cores":{},"mhz":{}}},)"
                 R"("memory_gb":{},"disk_gb":{}}}}},)",
                 Pick(kVendors, kind), Pick(kModels, kind), 4 + bits(2) % 13, 1800 + bits(3) % 3000,
                 8 << (bits(4) % 4), 256 << (bits(5) % 4));
  fmt::format_to(to, R"("os":{{"name":"{}","version":"{}.{}","build":"{}E{}"}},)",
                 Pick(kSystems, bits(6)), 1 + bits(7) % 20, bits(8) % 20 * 10, bits(8) % 10,
                 bits(7) % 20);
  fmt::format_to(to,
                 R"("network":{{"hostname":"host-{:07}.example.net","interfaces":[{{"name":"eth0",)"
                 R"("mac":"02:00:{:02x}:{:02x}:{:02x}:{:02x}","ipv4":"10.{}.{}.{}"}}]}},)",
                 record.number, bits(9) & 255, bits(10) & 255, bits(11) & 255, bits(12) & 255,
                 bits(9) & 255, bits(10) & 255, bits(11) & 255);
  const std::uint64_t owner = bits(13);
  fmt::format_to(to, R"("owner":{{"name":"{} {}","email":"user{}@example.com"}},)",
                 Pick(kFirstNames, owner), Pick(kLastNames, owner >> 8), owner % 5000);
  fmt::format_to(to, R"("location":{{"site":"{}","building":"{}","room":"{}.{:02}"}},)",
                 Pick(kSites, bits(14)), static_cast<char>('A' + bits(15) % 6), 1 + bits(16) % 9,
                 bits(17) % 40);
  fmt::format_to(to,
                 R"("purchase":{{"date":"20{:02}-{:02}-{:02}","price":{}.{:02},"currency":"EUR",)"
                 R"("order":"PO-{:08}"}},)",
                 18 + bits(18) % 8, 1 + bits(19) % 12, 1 + bits(20) % 28, 400 + bits(21) % 3000,
                 bits(22) % 100, bits(23) % 100000000);
  fmt::format_to(to,
                 R"("tags":["{}","managed"],"last_seen":"2026-{:02}-{:02}T{:02}:{:02}:00Z",)"
                 R"("warranty_days":{},"active":{},"revision":{}}})",
                 Pick(kDepartments, bits(24)), 1 + bits(25) % 12, 1 + bits(26) % 28, bits(27) % 24,
                 (bits(28) + static_cast<std::uint64_t>(record.revision)) % 60, bits(29) % 1500,
                 bits(30) % 8 != 0 ? "true" : "false", record.revision);
  return out;
}

std::string PersonText(std::uint64_t seed, const RecordState& record) {
  const auto bits = [&](int field) { return Mix(~seed, record.number, field); };
  return fmt::format(
      R"({{"id":"{}","status":"{}","created":"20{:02}-{:02}-{:02}T08:00:00Z","profile":{{)"
      R"("login":"user{}","email":"user{}@example.com","firstName":"{}","lastName":"{}",)"
      R"("mobilePhone":{},"department":"{}","title":"Level {}","site":"{}"}},)"
      R"("manager":{{"id":"{}","name":"{} {}"}},"groups":[{{"id":{},"name":"{}"}},)"
      R"({{"id":{},"name":"everyone"}}],"revision":{}}})",
      PersonId(record.number), Pick(kStatuses, bits(0) % 16 > 2 ? 0 : bits(0) % 3),
      15 + bits(1) % 11, 1 + bits(2) % 12, 1 + bits(3) % 28, record.number, record.number,
      Pick(kFirstNames, bits(4)), Pick(kLastNames, bits(5)),
      bits(6) % 4 == 0 ? "null" : fmt::format("\"+43 660 {:07}\"", bits(6) % 10000000),
      Pick(kDepartments, bits(7)), 1 + (bits(8) + static_cast<std::uint64_t>(record.revision)) % 9,
      Pick(kSites, bits(9)), PersonId(record.number / 10), Pick(kFirstNames, bits(10)),
      Pick(kLastNames, bits(11)), bits(12) % 50, Pick(kDepartments, bits(13)), 100 + bits(14) % 50,
      record.revision);
}

}  // namespace syncline::demo_vendor
