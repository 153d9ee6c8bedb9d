// A resolver for tests, put before the system's by LD_PRELOAD: what names mean stands in a file and
// may change from one question to the next. Linux with glibc.
//
// STUB_RESOLVER names the file. A line is a name and its answer: numeric addresses with commas
// between them, or "fail", "again" or "unknown" for the ways in which a resolver says no. The lines
// of a name are its answers in order; the last one stays. Every question is noted in FILE.asked.
// Names that are in no line go to the system.
#include <dlfcn.h>
#include <netdb.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

using GetAddrInfo = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

// The next answer of a name; "" when it has none.
std::string TakeAnswer(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::size_t> asked;
  const std::lock_guard lock(mutex);
  const char* const path = std::getenv("STUB_RESOLVER");
  if (path == nullptr) return "";
  std::ifstream file(path);
  std::vector<std::string> answers;
  std::string key;
  std::string answer;
  while (file >> key >> answer) {
    if (key == name) answers.push_back(answer);
  }
  if (answers.empty()) return "";
  const std::size_t at = asked[name]++;
  const std::string& taken = answers[at < answers.size() ? at : answers.size() - 1];
  std::ofstream(std::string(path) + ".asked", std::ios::app) << name << ' ' << taken << '\n';
  return taken;
}

// A list of every address that the caller's hints allow, linked as the system's own lists are.
int Resolve(GetAddrInfo system, const std::string& answer, const char* service,
            const addrinfo* hints, addrinfo** found) {
  addrinfo numeric = hints == nullptr ? addrinfo{} : *hints;
  numeric.ai_flags = (numeric.ai_flags & ~(AI_ADDRCONFIG | AI_V4MAPPED)) | AI_NUMERICHOST;
  *found = nullptr;
  addrinfo** end = found;
  std::istringstream addresses(answer);
  for (std::string address; std::getline(addresses, address, ',');) {
    if (system(address.c_str(), service, &numeric, end) != 0) *end = nullptr;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *found == nullptr ? EAI_NONAME : 0;
}

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  static const auto system = reinterpret_cast<GetAddrInfo>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string answer = node == nullptr ? "" : TakeAnswer(node);
  if (answer.empty()) return system(node, service, hints, found);
  if (answer == "fail") return EAI_FAIL;
  if (answer == "again") return EAI_AGAIN;
  if (answer == "unknown") return EAI_NONAME;
  return Resolve(system, answer, service, hints, found);
}
