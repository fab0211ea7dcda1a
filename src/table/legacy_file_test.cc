// Files as old writers made them: shapes that Arrow's writer does not make.

#include <parquet/api/writer.h>
#include <parquet/schema.h>

#include "table/test_file.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using delta::TypeKind;
using ::parquet::ConvertedType;
using ::parquet::LogicalType;
using ::parquet::Repetition;
using ::parquet::Type;
using ::parquet::schema::GroupNode;
using ::parquet::schema::Node;
using ::parquet::schema::NodePtr;
using ::parquet::schema::NodeVector;
using ::parquet::schema::PrimitiveNode;
using testing::FailsWith;

NodePtr Group(const std::string& name, Repetition::type repetition, const NodeVector& fields,
              ConvertedType::type converted = ConvertedType::NONE) {
  return GroupNode::Make(name, repetition, fields, converted);
}

NodePtr Leaf(const std::string& name, Repetition::type repetition, Type::type type = Type::INT64) {
  return PrimitiveNode::Make(name, repetition, type);
}

/// Writes one row group; each leaf is written by `Add`, in the order of the schema.
class LowLevelFile {
 public:
  explicit LowLevelFile(NodeVector columns)
      : out_(arrow::io::BufferOutputStream::Create().ValueOrDie()),
        writer_(::parquet::ParquetFileWriter::Open(
            out_, std::static_pointer_cast<GroupNode>(Group("schema", Repetition::REQUIRED, columns)))),
        group_(writer_->AppendRowGroup()) {}

  template <typename Writer, typename Value>
  LowLevelFile& Add(const std::vector<Value>& values, const std::vector<std::int16_t>& definitions = {},
                    const std::vector<std::int16_t>& repetitions = {}) {
    auto* column = static_cast<Writer*>(group_->NextColumn());
    const auto count = static_cast<std::int64_t>(definitions.empty() ? values.size() : definitions.size());
    column->WriteBatch(count, definitions.empty() ? nullptr : definitions.data(),
                       repetitions.empty() ? nullptr : repetitions.data(), values.data());
    return *this;
  }

  void Put(TestFiles& test) {
    writer_->Close();
    test.files.Put(TestFiles::kPath, out_->Finish().ValueOrDie()->ToString());
  }

 private:
  std::shared_ptr<arrow::io::BufferOutputStream> out_;
  std::unique_ptr<::parquet::ParquetFileWriter> writer_;
  ::parquet::RowGroupWriter* group_;
};

using Longs = ::parquet::Int64Writer;
using Numbers = std::vector<std::int64_t>;

/// The only column of the file, read as `type`, as one text.
std::string ReadOne(TestFiles& test, delta::DataType type) {
  const auto table = test.Read({TestField("a", std::move(type))});
  if (!table.has_value()) return table.error().ToString();
  std::string text;
  const auto& column = *(*table)->column(0)->chunk(0);
  for (std::int64_t row = 0; row < column.length(); ++row) {
    text += (row == 0 ? "" : " ") + column.GetScalar(row).ValueOrDie()->ToString();
  }
  return text;
}

std::string ReadLists(TestFiles& test, delta::DataType element) { return ReadOne(test, ListOf(std::move(element))); }

// Rows [1, 2], null, [] in levels of a list whose list is optional and whose elements are required.
const std::vector<std::int16_t> kDefinitions = {2, 2, 0, 1};
const std::vector<std::int16_t> kRepetitions = {0, 1, 0, 0};

TEST(LegacyFile, TwoLevelListHasRequiredElements) {
  TestFiles test;
  LowLevelFile({Group("a", Repetition::OPTIONAL, {Leaf("array", Repetition::REPEATED)}, ConvertedType::LIST)})
      .Add<Longs>(Numbers{1, 2}, kDefinitions, kRepetitions)
      .Put(test);
  EXPECT_EQ(ReadLists(test, Plain(TypeKind::kLong)), "list<element: int64>[1, 2] null list<element: int64>[]");
}

TEST(LegacyFile, ThreeLevelListMayHaveAnyNames) {
  TestFiles test;
  LowLevelFile(
      {Group("a", Repetition::OPTIONAL,
             {Group("bag", Repetition::REPEATED, {Leaf("array_element", Repetition::REQUIRED)})}, ConvertedType::LIST)})
      .Add<Longs>(Numbers{1, 2}, kDefinitions, kRepetitions)
      .Put(test);
  EXPECT_EQ(ReadLists(test, Plain(TypeKind::kLong)), "list<element: int64>[1, 2] null list<element: int64>[]");
}

TEST(LegacyFile, GroupsNamedArrayOrTupleAreTheElement) {
  for (const char* name : {"array", "a_tuple"}) {
    TestFiles test;
    LowLevelFile({Group("a", Repetition::OPTIONAL,
                        {Group(name, Repetition::REPEATED, {Leaf("x", Repetition::REQUIRED)})}, ConvertedType::LIST)})
        .Add<Longs>(Numbers{1, 2}, kDefinitions, kRepetitions)
        .Put(test);
    EXPECT_EQ(ReadLists(test, StructOf({TestField("x", Plain(TypeKind::kLong))})),
              "list<element: struct<x: int64>>[{x:int64 = 1}, {x:int64 = 2}] null list<element: struct<x: int64>>[]");
  }
}

TEST(LegacyFile, GroupsOfSeveralFieldsAreTheElement) {
  TestFiles test;
  LowLevelFile(
      {Group("a", Repetition::OPTIONAL,
             {Group("list", Repetition::REPEATED, {Leaf("x", Repetition::REQUIRED), Leaf("y", Repetition::REQUIRED)})},
             ConvertedType::LIST)})
      .Add<Longs>(Numbers{1, 2}, kDefinitions, kRepetitions)
      .Add<Longs>(Numbers{3, 4}, kDefinitions, kRepetitions)
      .Put(test);
  EXPECT_EQ(ReadLists(test, StructOf({TestField("y", Plain(TypeKind::kLong))})),
            "list<element: struct<y: int64>>[{y:int64 = 3}, {y:int64 = 4}] null list<element: struct<y: int64>>[]");
}

TEST(LegacyFile, AGroupWhoseOnlyFieldRepeatsIsTheElement) {
  TestFiles test;
  LowLevelFile({Group("a", Repetition::OPTIONAL,
                      {Group("list", Repetition::REPEATED, {Leaf("x", Repetition::REPEATED)})}, ConvertedType::LIST)})
      .Add<Longs>(Numbers{1, 2}, {3, 3, 0}, {0, 2, 0})
      .Put(test);
  EXPECT_EQ(
      ReadLists(test, StructOf({TestField("x", ListOf(Plain(TypeKind::kLong)))})),
      "list<element: struct<x: list<element: int64>>>[{x:list<element: int64> = list<element: int64>[1, 2]}] null");
}

TEST(LegacyFile, RepeatedFieldsOutsideOfListsAreLists) {
  TestFiles test;
  LowLevelFile({Leaf("a", Repetition::REPEATED)}).Add<Longs>(Numbers{1, 2}, {1, 1, 0}, {0, 1, 0}).Put(test);
  EXPECT_EQ(ReadLists(test, Plain(TypeKind::kLong)), "list<element: int64>[1, 2] list<element: int64>[]");
}

TEST(LegacyFile, MapsMayHaveAnyNamesAndTheOldAnnotation) {
  for (const auto annotation : {ConvertedType::MAP, ConvertedType::MAP_KEY_VALUE}) {
    TestFiles test;
    LowLevelFile({Group("a", Repetition::OPTIONAL,
                        {Group("entries", Repetition::REPEATED,
                               {Leaf("k", Repetition::REQUIRED), Leaf("v", Repetition::OPTIONAL)})},
                        annotation)})
        .Add<Longs>(Numbers{1, 2}, kDefinitions, kRepetitions)
        .Add<Longs>(Numbers{5}, {3, 2, 0, 1}, kRepetitions)
        .Put(test);
    EXPECT_EQ(ReadOne(test, MapOf(Plain(TypeKind::kLong), Plain(TypeKind::kLong))),
              "map<int64, int64>[{key:int64 = 1, value:int64 = 5}, {key:int64 = 2, value:int64 = null}] null "
              "map<int64, int64>[]");
  }
}

::parquet::Int96 MakeInt96(std::int64_t days, std::int64_t nanos) {
  constexpr std::int64_t kUnixEpoch = 2'440'588;
  ::parquet::Int96 value;
  value.value[0] = static_cast<std::uint32_t>(nanos);
  value.value[1] = static_cast<std::uint32_t>(nanos >> 32);
  value.value[2] = static_cast<std::uint32_t>(days + kUnixEpoch);
  return value;
}

TEST(LegacyFile, Int96HoldsEveryYear) {
  TestFiles test;
  LowLevelFile({Leaf("a", Repetition::REQUIRED, Type::INT96)})
      .Add<::parquet::Int96Writer>(
          std::vector<::parquet::Int96>{MakeInt96(-719'162, 1'999),                // 0001-01-01
                                        MakeInt96(2'932'896, 86'399'999'999'999),  // 9999-12-31
                                        MakeInt96(-1, 86'399'999'999'000)})
      .Put(test);
  EXPECT_EQ(ReadOne(test, Plain(TypeKind::kTimestamp)),
            "0001-01-01 00:00:00.000001Z 9999-12-31 23:59:59.999999Z 1969-12-31 23:59:59.999999Z");
}

NodePtr DecimalLeaf(Type::type type, int precision, int scale, int length = -1) {
  return PrimitiveNode::Make("a", Repetition::REQUIRED, LogicalType::Decimal(precision, scale), type, length);
}

TEST(LegacyFile, DecimalsOfEveryPhysicalFormWiden) {
  const std::string expected = "-1.250 3.000";
  {
    TestFiles test;
    LowLevelFile({DecimalLeaf(Type::INT32, 5, 2)})
        .Add<::parquet::Int32Writer>(std::vector<std::int32_t>{-125, 300})
        .Put(test);
    EXPECT_EQ(ReadOne(test, Decimal(20, 3)), expected);
  }
  {
    TestFiles test;
    LowLevelFile({DecimalLeaf(Type::INT64, 12, 2)}).Add<Longs>(Numbers{-125, 300}).Put(test);
    EXPECT_EQ(ReadOne(test, Decimal(13, 3)), expected);
  }
  const std::vector<std::uint8_t> bytes = {0xFF, 0x83, 0x01, 0x2C};
  {
    TestFiles test;
    LowLevelFile({DecimalLeaf(Type::FIXED_LEN_BYTE_ARRAY, 4, 2, 2)})
        .Add<::parquet::FixedLenByteArrayWriter>(std::vector<::parquet::FixedLenByteArray>{
            ::parquet::FixedLenByteArray(bytes.data()), ::parquet::FixedLenByteArray(bytes.data() + 2)})
        .Put(test);
    EXPECT_EQ(ReadOne(test, Decimal(38, 3)), expected);
  }
  {
    TestFiles test;
    LowLevelFile({DecimalLeaf(Type::BYTE_ARRAY, 4, 2)})
        .Add<::parquet::ByteArrayWriter>(
            std::vector<::parquet::ByteArray>{{1, bytes.data() + 1}, {2, bytes.data() + 2}})
        .Put(test);
    EXPECT_EQ(ReadOne(test, Decimal(5, 3)), expected);
  }
}

TEST(LegacyFile, ColumnsOfTheNullTypeAreVoid) {
  TestFiles test;
  test.Write({{"a", arrow::null(), "[null, null]"}, {"b", arrow::int64(), "[1, 2]"}});
  EXPECT_EQ(ReadOne(test, Plain(TypeKind::kVoid)), "null null");
}

}  // namespace
}  // namespace sluice::table
