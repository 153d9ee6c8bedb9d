#include "secret/key_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "base/status.h"

namespace syncline::secret {
namespace {

TEST(ReadSecretTest, TakesAtMostWhatItIsTold) {
  struct Row {
    const char* name;
    std::string text;
    std::size_t bytes_max;
    std::string read;
  };
  const Row rows[] = {
      {"all of it", "0123456789", 11, "0123456789"}, {"just all", "0123456789", 10, "0123456789"},
      {"less", "0123456789", 9, "012345678"},        {"nothing is there", "", 9, ""},
      {"nothing is wanted", "0123456789", 0, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const base::Descriptor read_end(ends[0]);
    // In pieces, as pipes and network file systems give it.
    std::jthread writer([&, write_end = base::Descriptor(ends[1])] {
      for (const char c : row.text) ASSERT_EQ(write(write_end.get(), &c, 1), 1);
    });
    const auto secret = ReadSecret(read_end, row.bytes_max);
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->Reveal(), row.read);
    writer.join();
  }
}

// A part of a secret must not pass for the whole.
TEST(ReadSecretTest, SaysWhatCannotBeRead) {
  const base::Descriptor folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto secret = ReadSecret(folder, 10);
  ASSERT_FALSE(secret.ok());
  EXPECT_EQ(base::ReasonOf(secret.status()), base::Reason::kKeyUnavailable);
  EXPECT_EQ(base::MessageOf(secret.status()), "Is a directory");
}

}  // namespace
}  // namespace syncline::secret
