#include "decode/decompressed_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/decode/archives.h"

namespace syncline::decode {
namespace {

using base::Reason;

absl::StatusOr<std::string> Plain(const std::string& body, std::size_t piece,
                                  const DecompressLimits& limits = {}) {
  return ReadAll(*Decompress(std::make_unique<PiecewiseSource>(body, piece), limits));
}

std::string Text() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "{\"id\":" + std::to_string(i) + "}\n";
  return text;
}

struct PlainCase {
  const char* name;
  std::string body;
  std::string plain;
};

class DecompressTest : public testing::TestWithParam<PlainCase> {};

TEST_P(DecompressTest, YieldsThePlainBytesHoweverTheyCome) {
  for (const std::size_t piece : {1UL, 7UL, 4096UL, 1UL << 20}) {
    const auto plain = Plain(GetParam().body, piece);
    ASSERT_TRUE(plain.ok()) << base::MessageOf(plain.status()) << " in pieces of " << piece;
    EXPECT_EQ(*plain, GetParam().plain) << "in pieces of " << piece;
  }
  const auto whole = DecompressText(GetParam().body, {});
  ASSERT_TRUE(whole.ok()) << base::MessageOf(whole.status());
  EXPECT_EQ(*whole, GetParam().plain);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, DecompressTest,
    testing::Values(
        PlainCase{"empty", "", ""}, PlainCase{"text", "[1]", "[1]"},
        PlainCase{"long_text", Text(), Text()},
        PlainCase{"byte_order_mark", "\xEF\xBB\xBF[1]", "[1]"},
        PlainCase{"gzip", Gzip(Text()), Text()}, PlainCase{"gzip_of_nothing", Gzip(""), ""},
        PlainCase{"gzip_of_mark", Gzip("\xEF\xBB\xBF[1]"), "[1]"},
        PlainCase{"gzip_members", Gzip("[1,") + Gzip("2]"), "[1,2]"},
        PlainCase{"gzip_padded", Gzip("[1]") + std::string(1000, '\0'), "[1]"},
        PlainCase{"zlib", Zlib(Text()), Text()},
        PlainCase{"gzip_twice", Gzip(Gzip(Text())), Text()},
        PlainCase{"zip", Zip({{"list.json", Text()}, {"other.json", "{}"}}), Text()},
        PlainCase{"zip_stored", Zip({{"a", "[1]", false}}), "[1]"},
        PlainCase{"zip_of_empty_file", Zip({{"a", "", false}}), ""},
        PlainCase{"zip_with_descriptor", Zip({{"a", Text(), true, true}, {"b", "x"}}), Text()},
        PlainCase{"zip_with_folder", Zip({{"f/", "", false}, {"f/a", "[1]"}}), "[1]"},
        PlainCase{"zip_with_written_folder", Zip({{"f/", "", true, true}, {"f/a", "[1]"}}), "[1]"},
        PlainCase{"gzip_in_zip", Zip({{"a.gz", Gzip(Text())}}), Text()},
        PlainCase{"zip_in_gzip", Gzip(Zip({{"a", "[1]"}})), "[1]"}),
    [](const auto& test) { return test.param.name; });

std::string Cut(std::string text, std::size_t bytes) {
  text.resize(text.size() - bytes);
  return text;
}

std::string WithByte(std::string text, std::size_t at) {
  text[at] = static_cast<char>(text[at] ^ 0x55);
  return text;
}

struct BrokenCase {
  const char* name;
  std::string body;
  std::string says;
};

class BrokenTest : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenTest, SaysWhatIsWrong) {
  for (const std::size_t piece : {1UL, 1UL << 20}) {
    const auto plain = Plain(GetParam().body, piece);
    ASSERT_FALSE(plain.ok());
    EXPECT_EQ(base::ReasonOf(plain.status()), Reason::kBodyInvalid);
    EXPECT_THAT(base::MessageOf(plain.status()), testing::HasSubstr(GetParam().says));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BrokenTest,
    testing::Values(
        BrokenCase{"gzip_cut", Cut(Gzip(Text()), 100), "ends too early"},
        BrokenCase{"gzip_without_checksum", Cut(Gzip("[1]"), 8), "ends too early"},
        BrokenCase{"gzip_wrong_checksum", WithByte(Gzip("[1]"), Gzip("[1]").size() - 8), "broken"},
        BrokenCase{"gzip_flipped", WithByte(Gzip(Text()), 30), "broken"},
        BrokenCase{"gzip_then_text", Gzip("[1]") + "junk", "something else follows"},
        BrokenCase{"zlib_cut", Cut(Zlib(Text()), 2), "ends too early"},
        BrokenCase{"zlib_then_zlib", Zlib("[1,") + Zlib("2]"), "something else follows"},
        BrokenCase{"zip_cut", Cut(ZipEntryBytes({"a", Text()}), 9), "ends too early"},
        BrokenCase{"zip_cut_in_header", Cut(ZipEntryBytes({"a", "", false}), 3), "ends too early"},
        BrokenCase{"zip_cut_in_descriptor", Cut(ZipEntryBytes({"a", "x", true, true}), 9),
                   "ends too early"},
        BrokenCase{"zip_stored_cut", Cut(ZipEntryBytes({"a", "[1]", false}), 1), "ends too early"},
        BrokenCase{"zip_wrong_checksum", Zip({{"a", "[1]", true, false, 0, 1}}), "checksum"},
        BrokenCase{"zip_wrong_descriptor", Zip({{"a", "[1]", true, true, 0, 1}}), "checksum"},
        BrokenCase{"zip_encrypted", Zip({{"a", "[1]", true, false, 1}}), "encrypted"},
        BrokenCase{"zip_stored_without_length", Zip({{"a", "[1]", false, true}}), "how long"},
        BrokenCase{"zip_of_folders", Zip({{"a/", "", false}}), "holds no file"},
        BrokenCase{"zip_method", Zip({{"a", "[1]"}}).replace(8, 1, "\x0C"), "method 12"},
        BrokenCase{"three_layers", Gzip(Gzip(Gzip("[1]"))), "more than 2 times"}),
    [](const auto& test) { return test.param.name; });

TEST(DecompressLimitsTest, HoldTheSizesAtTheLimitAndOneMore) {
  const std::string body = Gzip(Text());
  const DecompressLimits fits{.compressed_bytes_max = body.size(),
                              .plain_bytes_max = Text().size()};
  EXPECT_TRUE(Plain(body, 100, fits).ok());
  DecompressLimits smaller = fits;
  --smaller.compressed_bytes_max;
  EXPECT_EQ(base::ReasonOf(Plain(body, 100, smaller).status()), Reason::kResponseTooLarge);
  smaller = fits;
  --smaller.plain_bytes_max;
  const auto plain = Plain(body, 100, smaller);
  EXPECT_EQ(base::ReasonOf(plain.status()), Reason::kResponseTooLarge);
  EXPECT_THAT(base::MessageOf(plain.status()), testing::HasSubstr("decompressed"));
}

TEST(DecompressLimitsTest, RefuseABombBeforeItIsLarge) {
  // A thousandth; of 8 MiB the first could pass, since a small body may be anything.
  for (const std::string& bomb :
       {Gzip(std::string(8 << 20, ' ')), Zlib(std::string(8 << 20, ' ')),
        Zip({{"a", std::string(8 << 20, ' ')}}), Gzip(Gzip(std::string(8 << 20, ' ')))}) {
    const auto source = Decompress(std::make_unique<PiecewiseSource>(bomb, 512), {});
    std::size_t yielded = 0;
    absl::StatusOr<std::string_view> piece;
    while ((piece = source->Read()).ok() && !piece->empty()) yielded += piece->size();
    ASSERT_FALSE(piece.ok());
    EXPECT_EQ(base::ReasonOf(piece.status()), Reason::kResponseTooLarge);
    EXPECT_THAT(base::MessageOf(piece.status()), testing::HasSubstr("200 times"));
    EXPECT_LE(yielded, std::size_t{2} << 20);
  }
  EXPECT_TRUE(Plain(Gzip(std::string(1 << 20, ' ')), 512).ok()) << "1 MiB is free";
}

}  // namespace
}  // namespace syncline::decode
