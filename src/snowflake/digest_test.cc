#include "snowflake/digest.h"

#include "tests/support/result_matchers.h"

namespace sluice::snowflake {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;

TEST(Digest, TheVectorsOfTheStandards) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, Base64OfAnyLengthComesBack) {
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(Base64Url("\xfb\xff"), "-_8");
  for (const std::string text : {"", "f", "fo", "foo", "foob"}) {
    ASSERT_OK_AND_ASSIGN(const std::string decoded, DecodeBase64(Base64(text)));
    EXPECT_EQ(decoded, text);
    ASSERT_OK_AND_ASSIGN(const std::string from_hex, DecodeHex(Hex(text)));
    EXPECT_EQ(from_hex, text);
  }
}

TEST(Digest, OtherTextIsRefused) {
  EXPECT_THAT(DecodeBase64("Zm9"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("base64")));
  EXPECT_THAT(DecodeBase64("Zm9*"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("base64")));
  EXPECT_THAT(DecodeHex("0g"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("digit at 0")));
}

}  // namespace
}  // namespace sluice::snowflake
