#include "delta/deletion_vector.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "delta/action_json.h"
#include "delta/z85.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kCorruption = core::ErrorKind::kCorruption;
const std::filesystem::path kTables = SLUICE_SOURCE_DIR "/../shared/tables";

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What a reader of files does with a descriptor.
core::Result<RowSet> Read(const DeletionVectorDescriptor& descriptor, const std::string& file) {
  SLUICE_ASSIGN_OR_RETURN(const VectorFrame frame, FrameOf(descriptor));
  const std::string_view bytes = file;
  return DecodeStoredVector(bytes[0], bytes.substr(std::min<std::size_t>(frame.offset, file.size()), frame.size_bytes),
                            descriptor, "v.bin");
}

TEST(Z85, HasTheVectorOfItsSpecification) {
  const std::string bytes = Bytes({0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B});
  EXPECT_EQ(EncodeZ85(bytes), "HelloWorld");
  ASSERT_OK_AND_ASSIGN(const std::string back, DecodeZ85("HelloWorld"));
  EXPECT_EQ(back, bytes);
}

TEST(Z85, PadsWithZeroBytesAndReadsTheFormOfOthersThatDoNot) {
  EXPECT_EQ(EncodeZ85("ab"), EncodeZ85(std::string("ab\0\0", 4)));
  ASSERT_OK_AND_ASSIGN(const std::string two, DecodeZ85("HelloWorld##093"));
  EXPECT_EQ(two.substr(8), Bytes({3, 0}));
  ASSERT_OK_AND_ASSIGN(const std::string one, DecodeZ85("###03"));
  EXPECT_EQ(one, Bytes({3}));
}

TEST(Z85, RefusesWhatIsNone) {
  EXPECT_THAT(DecodeZ85("Hell"), FailsWith(kCorruption, HasSubstr("multiple of five")));
  EXPECT_THAT(DecodeZ85("Hell\""), FailsWith(kCorruption, HasSubstr("character 4")));
  EXPECT_THAT(DecodeZ85("%nSc1"), FailsWith(kCorruption, HasSubstr("does not fit")));  // 2^32
  EXPECT_THAT(DecodeZ85("####1"), FailsWith(kCorruption, HasSubstr("2^32")));
  EXPECT_THAT(DecodeZ85("###03Hello"), FailsWith(kCorruption, HasSubstr("2^32")));
  EXPECT_THAT(DecodeZ85("###%%"), FailsWith(kCorruption, HasSubstr("does not fit")));
}

const DeletionVectorDescriptor kSmall{
    .storage_type = 'u', .path_or_inline = "vBn[lx{q8@P<9BNH/isA", .offset = 1, .size_bytes = 36, .cardinality = 2};
const std::string kSmallFile =
    Bytes({1, 0, 0, 0, 0x24, 0xD1, 0xD3, 0x39, 0x64, 1, 0,    0, 0, 0, 0, 0, 0, 0, 0,    0,    0,    0x3A, 0x30,
           0, 0, 1, 0, 0,    0,    0,    0,    1,    0, 0x10, 0, 0, 0, 0, 0, 9, 0, 0x2A, 0x67, 0x18, 0x46});

TEST(DeletionVector, FileIsWhatOthersWriteToTheByte) {
  ASSERT_OK_AND_ASSIGN(const RowSet rows, Read(kSmall, kSmallFile));
  EXPECT_THAT(rows.Ranges(), ElementsAre(RowRange{0, 1}, RowRange{9, 10}));
  const core::Uuid uuid{0x61, 0xd1, 0x6c, 0x75, 0x69, 0x94, 0x46, 0xb7, 0xa1, 0x5b, 0x8b, 0x53, 0x88, 0x52, 0xe5, 0x0e};
  VectorFileBuilder builder(uuid);
  ASSERT_OK_AND_ASSIGN(const DeletionVectorDescriptor descriptor, builder.Add(rows));
  EXPECT_EQ(descriptor, kSmall);
  EXPECT_EQ(builder.bytes(), kSmallFile);
  EXPECT_EQ(builder.name(), "deletion_vector_61d16c75-6994-46b7-a15b-8b538852e50e.bin");
}

TEST(DeletionVector, RunsAreWrittenAsOthersDo) {
  RowSet rows;
  rows.AddRange({0, 5});
  rows.Add(6);
  EXPECT_EQ(EncodeVector(rows), Bytes({0xD1, 0xD3, 0x39, 0x64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3B, 0x30,
                                       0,    0,    1,    0,    0, 5, 0, 2, 0, 0, 0, 4, 0, 6, 0, 0, 0}));
}

TEST(DeletionVector, PathsAreBelowTheTable) {
  DeletionVectorDescriptor descriptor = kSmall;
  descriptor.path_or_inline = "ab^-aqEH.-t@S}K{vb[*k^";
  EXPECT_THAT(*VectorPath(descriptor, "/t", false), "/t/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
  descriptor.path_or_inline = "../../x^-aqEH.-t@S}K{vb[*k^";
  EXPECT_FALSE(VectorPath(descriptor, "/t", true).has_value());
  descriptor.path_or_inline = "^-aqEH.-t@S}K{vb[*k";
  EXPECT_THAT(VectorPath(descriptor, "/t", false), FailsWith(kCorruption, HasSubstr("20 characters")));
  descriptor = {.storage_type = 'p', .path_or_inline = "file:///t/a%20b.bin"};
  EXPECT_THAT(*VectorPath(descriptor, "/t", false), "/t/a b.bin");
  descriptor.path_or_inline = "file:///other/a.bin";
  EXPECT_FALSE(VectorPath(descriptor, "/t", false).has_value());
  EXPECT_THAT(*VectorPath(descriptor, "/t", true), "/other/a.bin");
  descriptor.storage_type = 'x';
  EXPECT_THAT(VectorPath(descriptor, "/t", false), FailsWith(kCorruption, HasSubstr("'x'")));
}

TEST(DeletionVector, OffsetZeroAndNoneMeanTheFirstVector) {
  DeletionVectorDescriptor descriptor = kSmall;
  for (const auto& offset : {std::optional<std::int32_t>(), std::optional<std::int32_t>(0)}) {
    descriptor.offset = offset;
    EXPECT_OK(Read(descriptor, kSmallFile));
  }
  EXPECT_EQ(kSmall.UniqueId(), "uvBn[lx{q8@P<9BNH/isA@1");
  descriptor.offset.reset();
  EXPECT_EQ(descriptor.UniqueId(), "uvBn[lx{q8@P<9BNH/isA");
}

TEST(DeletionVector, DamageIsFoundWhereverItIs) {
  for (std::size_t i = 0; i < kSmallFile.size(); ++i) {
    std::string file = kSmallFile;
    file[i] = static_cast<char>(file[i] ^ 0x10);
    EXPECT_THAT(Read(kSmall, file), FailsWith(kCorruption, HasSubstr("v.bin: deletion vector, byte "))) << i;
    EXPECT_THAT(Read(kSmall, kSmallFile.substr(0, std::max<std::size_t>(i, 1))),
                FailsWith(kCorruption, HasSubstr("the file ends")));
  }
  DeletionVectorDescriptor descriptor = kSmall;
  descriptor.cardinality = 3;
  EXPECT_THAT(Read(descriptor, kSmallFile), FailsWith(kCorruption, HasSubstr("2 rows, the log says 3")));
  descriptor = kSmall;
  descriptor.size_bytes = 35;
  EXPECT_THAT(Read(descriptor, kSmallFile), FailsWith(kCorruption, HasSubstr("byte 1: the size is 36")));
  descriptor.size_bytes = -1;
  EXPECT_THAT(Read(descriptor, kSmallFile), FailsWith(kCorruption, HasSubstr("-1")));
  descriptor = kSmall;
  descriptor.offset = -7;
  EXPECT_THAT(Read(descriptor, kSmallFile), FailsWith(kCorruption, HasSubstr("-7")));
  descriptor.offset = 0x7FFFFFFF;
  EXPECT_THAT(Read(descriptor, kSmallFile), FailsWith(kCorruption, HasSubstr("the file ends")));
  EXPECT_THAT(DecodeVector(Bytes({0xD0, 0xD3, 0x39, 0x64}), "v"), FailsWith(kCorruption, HasSubstr("native")));
}

TEST(DeletionVector, InlineVectorsMayBePaddedInTwoWays) {
  const DeletionVectorDescriptor six{.storage_type = 'i',
                                     .path_or_inline = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
                                     .size_bytes = 44,
                                     .cardinality = 6};
  ASSERT_OK_AND_ASSIGN(const RowSet rows, DecodeInlineVector(six));
  EXPECT_EQ(rows.cardinality(), 6U);
  for (const std::uint64_t row : {3U, 4U, 7U, 11U, 18U, 29U}) EXPECT_TRUE(rows.Contains(row)) << row;
  ASSERT_OK_AND_ASSIGN(const DeletionVectorDescriptor again, MakeInlineVector(rows));
  EXPECT_EQ(again, six);
  DeletionVectorDescriptor one{.storage_type = 'i',
                               .path_or_inline = "^Bg9^0rr910000000000iXQKl0rr91000005c8Xg##093",
                               .size_bytes = 34,
                               .cardinality = 1};
  ASSERT_OK_AND_ASSIGN(const RowSet three, DecodeInlineVector(one));
  EXPECT_THAT(three.Ranges(), ElementsAre(RowRange{3, 4}));
  ASSERT_OK_AND_ASSIGN(const DeletionVectorDescriptor padded, MakeInlineVector(three));
  EXPECT_EQ(padded.size_bytes, 34);
  EXPECT_EQ(padded.path_or_inline.size(), 45U);
  EXPECT_OK(DecodeInlineVector(padded));
  for (const std::int32_t size : {33, 35, 0, -5}) {
    one.size_bytes = size;
    EXPECT_FALSE(DecodeInlineVector(one).has_value()) << size;
  }
}

TEST(DeletionVector, AnInlineVectorEndsInItsLastGroup) {
  RowSet rows;
  rows.Add(3);
  ASSERT_OK_AND_ASSIGN(DeletionVectorDescriptor descriptor, MakeInlineVector(rows));
  descriptor.path_or_inline += "00000";
  EXPECT_THAT(DecodeInlineVector(descriptor), FailsWith(kCorruption, HasSubstr("40 bytes, the log says 34")));
}

TEST(DeletionVector, OneFileHoldsTheVectorsOfACommit) {
  std::mt19937_64 random(3);
  VectorFileBuilder builder(core::Uuid{1, 2, 3}, "a1");
  std::vector<RowSet> sets;
  std::vector<DeletionVectorDescriptor> descriptors;
  for (int i = 0; i < 50; ++i) {
    RowSet& rows = sets.emplace_back();
    for (std::uint64_t k = random() % 300; k > 0; --k) rows.AddRange({random() % 100000, random() % 100000});
    for (std::uint64_t k = random() % 3000; k > 0; --k) rows.Add(random() % (i % 2 == 0 ? 5000 : 10000000000));
    ASSERT_OK_AND_ASSIGN(const DeletionVectorDescriptor descriptor, builder.Add(rows));
    descriptors.push_back(descriptor);
  }
  for (std::size_t i = 0; i < sets.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const RowSet rows, Read(descriptors[i], builder.bytes()));
    EXPECT_TRUE(rows == sets[i]);
    EXPECT_EQ(*VectorPath(descriptors[i], "/t", false), "/t/" + builder.name());
  }
}

TEST(DeletionVector, ReadsEveryVectorOfTheRealTablesButThoseDamagedOnPurpose) {
  if (!std::filesystem::exists(kTables)) GTEST_SKIP() << kTables << " is absent";
  std::size_t stored = 0;
  std::set<std::filesystem::path> damaged;
  std::size_t inlined = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTables)) {
    const std::filesystem::path& path = entry.path();
    if (path.parent_path().filename() != "_delta_log" || path.extension() != ".json") continue;
    const auto actions = ParseActions(ReadFile(path), path.string());
    if (!actions) continue;
    for (const AddFile& add : actions->adds) {
      if (!add.deletion_vector) continue;
      if (add.deletion_vector->storage_type == 'i') {
        EXPECT_OK(DecodeInlineVector(*add.deletion_vector)) << path;
        ++inlined;
        continue;
      }
      ASSERT_OK_AND_ASSIGN(
          const std::string file,
          VectorPath(*add.deletion_vector, path.parent_path().parent_path().string(), /*allow_outside=*/true));
      if (!std::filesystem::exists(file)) continue;
      const auto rows = Read(*add.deletion_vector, ReadFile(file));
      if (!rows && path.string().find("vector_damaged") != std::string::npos) {
        damaged.insert(path.parent_path());
        continue;
      }
      ASSERT_THAT(rows, IsOk()) << path;
      EXPECT_EQ(rows->cardinality(), static_cast<std::uint64_t>(add.deletion_vector->cardinality));
      ++stored;
    }
  }
  EXPECT_EQ(damaged.size(), 2U);  // of a third one the file is missing
  EXPECT_GT(stored, 50U);
  EXPECT_GT(inlined, 2U);
}

}  // namespace
}  // namespace sluice::delta
