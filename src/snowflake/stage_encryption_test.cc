#include "snowflake/stage_encryption.h"

#include <gtest/gtest.h>

#include "snowflake/digest.h"
#include "snowflake/staged_body.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::snowflake {
namespace {

std::string Counted(int from, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(from + i);
  return bytes;
}

/// Vectors that were made with an independent library.
struct Vector {
  int key_bytes;
  const char* wrapped_key;
  const char* body_hex;
};
constexpr Vector kVectors[] = {{16, "1TPlm0WhU+1+Xpxd/P1KqpVPZPLk6G6e7oLSAhZoSJk=",
                                "d26490f50b5ebac75a51f77e798e7807994fae0c31c7c283119263ed8604bf7b"},
                               {32, "o37fP5dauu+Te2LHjVuxV5dLQSc45Q9Fx/nbJUE/J0ufO3UEkm+L024xGOkDpM1K",
                                "2e571e6f397e0f21eb04bb2027297c2e9b68955d9c506f496c2ed3f336dc8da9"}};
constexpr std::string_view kPlain = "PAR1 sluice test vector PAR1";

EncryptionMaterial MaterialOf(int key_bytes) {
  return {.master_key = core::Secret(Counted(0, key_bytes)), .query_id = "q", .smk_id = "9223372036854775001"};
}
FileKey KeyOf(int key_bytes) { return {.key = core::Secret(Counted(0x40, key_bytes)), .iv = Counted(0x80, 16)}; }

std::string ReadInSteps(StagedBody& body, std::size_t step) {
  std::string all;
  std::string block(step, '\0');
  while (true) {
    const auto bytes = body.Read(block);
    EXPECT_THAT(bytes, testing::IsOk());
    if (!bytes || *bytes == 0) return all;
    all += block.substr(0, *bytes);
  }
}

TEST(StageEncryption, MatchesTheVectors) {
  for (const Vector& vector : kVectors) {
    ASSERT_OK_AND_ASSIGN(const EncryptionRecord record,
                         Describe(MaterialOf(vector.key_bytes), KeyOf(vector.key_bytes)));
    EXPECT_EQ(record.wrapped_key, vector.wrapped_key);
    EXPECT_EQ(record.iv, "gIGCg4SFhoeIiYqLjI2Ojw==");
    EXPECT_NE(record.description.find(R"("smkId":"9223372036854775001")"), std::string::npos);
    EXPECT_NE(record.description.find(R"("keySize":")" + std::to_string(vector.key_bytes * 8) + '"'),
              std::string::npos);
    CbcEncryption encryption(KeyOf(vector.key_bytes));
    std::string body;
    ASSERT_OK(encryption.Update(kPlain, body));
    ASSERT_OK(encryption.Finish(body));
    EXPECT_EQ(Hex(body), vector.body_hex);
  }
  EXPECT_EQ(Base64(Sha256(kPlain)), "S/MrqQNTgTrh1DXz/yMfknQYo8VfBiqXoVWEL5MgD/s=");
}

TEST(StageEncryption, AFullLastBlockIsFollowedByOneOfPadding) {
  CbcEncryption encryption(KeyOf(16));
  std::string body;
  ASSERT_OK(encryption.Update("0123456789abcdef", body));
  ASSERT_OK(encryption.Finish(body));
  EXPECT_EQ(Hex(body), "89e3595c33d59bdaed9b085e9dca09a156e05ed455c7d59f40e020c3558b53bb");
}

TEST(StagedBody, GivesTheSameBytesInAnySteps_AndAgainAfterRewind) {
  storage::MemoryFileSystem files;
  std::string content;
  for (int i = 0; i < 700'000; ++i) content += static_cast<char>(i * 31 % 251);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16}, content.size()}) {
    ASSERT_OK_AND_ASSIGN(const auto file, files.Create("a"));
    ASSERT_OK(file->Append(content.substr(0, size)));
    ASSERT_OK(file->Close());
    for (const bool encrypted : {false, true}) {
      ASSERT_OK_AND_ASSIGN(const auto body,
                           StagedBody::Open(files, "a", encrypted ? std::optional(KeyOf(16)) : std::nullopt));
      const std::string whole = ReadInSteps(*body, 1 << 20);
      EXPECT_EQ(whole.size(), body->size());
      if (!encrypted) {
        EXPECT_EQ(whole, content.substr(0, size));
      }
      for (const std::size_t step : {std::size_t{7}, std::size_t{65'536}}) {
        ASSERT_OK(body->Rewind());
        EXPECT_EQ(ReadInSteps(*body, step), whole);
      }
    }
  }
}

TEST(StageEncryption, EachFileHasAKeyOfItsOwn) {
  core::SeededRandom random(1);
  const FileKey one = NewFileKey(MaterialOf(32), random);
  const FileKey other = NewFileKey(MaterialOf(32), random);
  EXPECT_EQ(one.key.Reveal().size(), 32U);
  EXPECT_NE(one.key.Reveal(), other.key.Reveal());
  EXPECT_NE(one.iv, other.iv);
}

}  // namespace
}  // namespace sluice::snowflake
