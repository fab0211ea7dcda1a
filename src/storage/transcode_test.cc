#include "storage/transcode.h"

#include "core/random.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::string_literals;

core::Result<std::string> Transcode(TextEncoding encoding, std::string bytes) {
  const auto stream = TranscodeToUtf8(encoding, StreamFromString(std::move(bytes)), "'a'");
  return ReadToEnd(*stream, 1 << 24);
}

void ExpectText(TextEncoding encoding, std::string bytes, const std::string& text) {
  ASSERT_OK_AND_ASSIGN(const std::string got, Transcode(encoding, std::move(bytes)));
  EXPECT_EQ(got, text);
}

std::string Utf16(std::u16string_view text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xff);
    const char high = static_cast<char>(unit >> 8);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

TEST(Transcode, Latin1BytesAreCodePoints) {
  ExpectText(TextEncoding::kLatin1, "na\xefve, caf\xe9 \x80 plain ascii that fills words",
             "naïve, café \xc2\x80 plain ascii that fills words");
}

TEST(Transcode, Cp1252HasCurlyQuotesAndEuro) {
  ExpectText(TextEncoding::kCp1252, "\x80 \x93x\x94 \xe9\xff", "€ “x” éÿ");
}

TEST(Transcode, UnassignedCp1252ByteIsCorruptionWithItsOffset) {
  EXPECT_THAT(Transcode(TextEncoding::kCp1252, std::string(100'000, 'a') + "\x81"),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("'a'"), HasSubstr("byte 100000"))));
}

TEST(Transcode, Utf16FollowsItsMark) {
  ExpectText(TextEncoding::kUtf16, Utf16(u"\ufeffid,ü,日本,😀\n", false), "id,ü,日本,😀\n");
  ExpectText(TextEncoding::kUtf16, Utf16(u"\ufeffid,ü,日本,😀\n", true), "id,ü,日本,😀\n");
  ExpectText(TextEncoding::kUtf16Le, Utf16(u"\ufeffab", false), "ab");
  ExpectText(TextEncoding::kUtf16Be, Utf16(u"ab", true), "ab");
  ExpectText(TextEncoding::kUtf16, "", "");
}

TEST(Transcode, Utf16WithoutMarkOrWithTheWrongOneIsRefused) {
  EXPECT_THAT(Transcode(TextEncoding::kUtf16, Utf16(u"ab", false)),
              FailsWith(ErrorKind::kCorruption, HasSubstr("utf-16le")));
  EXPECT_THAT(Transcode(TextEncoding::kUtf16Be, Utf16(u"\ufeffab", false)),
              FailsWith(ErrorKind::kCorruption, HasSubstr("contradicts")));
}

TEST(Transcode, BrokenUtf16IsCorruptionWithItsOffset) {
  EXPECT_THAT(Transcode(TextEncoding::kUtf16Le, Utf16(u"ab", false) + "c"),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("byte 4"), HasSubstr("truncated"))));
  EXPECT_THAT(Transcode(TextEncoding::kUtf16Le, "a\0\x00\xdc"s),
              FailsWith(ErrorKind::kCorruption, HasSubstr("byte 2")));
  EXPECT_THAT(Transcode(TextEncoding::kUtf16Le, "\x00\xd8z\0"s),
              FailsWith(ErrorKind::kCorruption, HasSubstr("byte 2")));
  EXPECT_THAT(Transcode(TextEncoding::kUtf16Le, "a\0\x00\xd8"s),
              FailsWith(ErrorKind::kCorruption, HasSubstr("half a")));
}

TEST(Transcode, SurrogatePairMayLieAcrossBlocks) {
  std::u16string text(32'767, u'x');
  text += u"😀y";
  ExpectText(TextEncoding::kUtf16Le, Utf16(text, false), std::string(32'767, 'x') + "😀y");
}

TEST(Transcode, RandomCodePointsSurviveUtf16) {
  core::SeededRandom random(3);
  std::string utf8;
  std::u16string utf16;
  for (int i = 0; i < 50'000; ++i) {
    auto code_point = static_cast<std::uint32_t>(random.Next() % (i % 2 == 0 ? 0x800 : 0x110000));
    if (code_point >= 0xd800 && code_point < 0xe000) code_point = 'x';
    if (code_point < 0x10000) {
      utf16 += static_cast<char16_t>(code_point);
    } else {
      utf16 += static_cast<char16_t>(0xd800 + ((code_point - 0x10000) >> 10));
      utf16 += static_cast<char16_t>(0xdc00 + ((code_point - 0x10000) & 0x3ff));
    }
    const auto put = [&utf8](std::uint32_t byte) { utf8 += static_cast<char>(byte); };
    if (code_point < 0x80) {
      put(code_point);
      continue;
    }
    const int tail = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    put((tail == 1 ? 0xc0U : tail == 2 ? 0xe0U : 0xf0U) | (code_point >> (6 * tail)));
    for (int shift = 6 * (tail - 1); shift >= 0; shift -= 6) put(0x80U | ((code_point >> shift) & 0x3f));
  }
  ASSERT_OK_AND_ASSIGN(const std::string got, Transcode(TextEncoding::kUtf16Be, "\xfe\xff" + Utf16(utf16, true)));
  EXPECT_TRUE(got == utf8);
}

TEST(TextEncoding, IsParsedInItsUsualSpellings) {
  for (const char* name : {"utf-8", "UTF8", "latin-1", "ISO-8859-1", "cp1252", "Windows-1252", "utf-16", "UTF_16LE"}) {
    EXPECT_THAT(ParseTextEncoding(name), sluice::testing::IsOk()) << name;
  }
  EXPECT_THAT(ParseTextEncoding("latin-2"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean latin-1")));
  EXPECT_EQ(TextEncodingName(TextEncoding::kLatin1), "latin-1");
}

TEST(WideText, IsRefusedUnderUtf8) {
  EXPECT_THAT(RefuseWideText("\xff\xfe"
                             "a\0"s,
                             "'a.csv'"),
              FailsWith(ErrorKind::kInvalidInput,
                        AllOf(HasSubstr("'a.csv' looks like UTF-16"), HasSubstr("--encoding-in utf-16"))));
  EXPECT_THAT(RefuseWideText(Utf16(u"id,name", true), "x"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("utf-16be")));
  EXPECT_THAT(RefuseWideText("\xff\xfe\0\0"s, "x"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("UTF-32")));
  EXPECT_OK(RefuseWideText("\xef\xbb\xbfid", "x"));
  EXPECT_OK(RefuseWideText("id,name\n", "x"));
  EXPECT_OK(RefuseWideText("\0\0\0\0\0\0\0\0\0\0"s, "x"));
  EXPECT_OK(RefuseWideText("", "x"));
}

}  // namespace
}  // namespace sluice::storage
