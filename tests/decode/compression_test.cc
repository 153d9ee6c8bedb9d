#include "decode/compression.h"

#include <gtest/gtest.h>

#include "tests/decode/archives.h"

namespace syncline::decode {
namespace {

TEST(CompressionTest, IsFoundByTheContent) {
  EXPECT_EQ(FindCompression(Gzip("[]")), Compression::kGzip);
  EXPECT_EQ(FindCompression(Zip({{"a.json", "[]"}})), Compression::kZip);
  for (const int level_window : {15, 12, 9}) {
    EXPECT_EQ(FindCompression(Deflated("[]", level_window)), Compression::kZlib) << level_window;
  }
  EXPECT_EQ(FindCompression(Zlib(std::string(100'000, 'x'))), Compression::kZlib);
}

TEST(CompressionTest, IsNotFoundInTexts) {
  for (const std::string_view text :
       {"", "[", "{}", "x", "x^2,name\r\n1,a\n", "x\xDA\x80,b\n", "8\x1D", "H\xC2\x87,b", "PK",
        "PK,name\n1,a\n", "\x1F\x8B", "<a/>"}) {
    EXPECT_EQ(FindCompression(text), Compression::kNone) << text;
  }
}

TEST(CompressionTest, IsNotMisledByACharacterThatTheHeadCuts) {
  // "x^" passes the check of zlib; the 512th byte stands inside a character.
  for (int shift = 0; shift < 4; ++shift) {
    std::string text = "x^" + std::string(static_cast<std::size_t>(shift), 'a');
    while (text.size() < 2 * kCompressionHeadBytes) text += "\xF0\x9F\x98\x80";
    EXPECT_EQ(FindCompression(text), Compression::kNone) << shift;
  }
}

}  // namespace
}  // namespace syncline::decode
