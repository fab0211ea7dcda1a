#include "columns/row_removal.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/builder.h>
#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <arrow/record_batch.h>

#include <random>

#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

std::shared_ptr<arrow::DataType> Extension(std::size_t which) {
  return which == 0 ? arrow::extension::json(arrow::utf8()) : arrow::extension::uuid();
}

std::vector<std::shared_ptr<arrow::DataType>> Types() {
  return {arrow::boolean(),
          arrow::int8(),
          arrow::uint16(),
          arrow::int32(),
          arrow::float64(),
          arrow::timestamp(arrow::TimeUnit::MICRO),
          arrow::decimal128(20, 2),
          arrow::utf8(),
          arrow::binary(),
          Extension(0),
          Extension(1),
          arrow::null(),
          arrow::list(arrow::int32()),
          arrow::struct_({arrow::field("a", arrow::utf8()), arrow::field("b", arrow::boolean())})};
}

/// Values that differ from row to row, made of random bytes.
class RandomArrays {
 public:
  std::shared_ptr<arrow::Array> Make(const std::shared_ptr<arrow::DataType>& type, std::int64_t rows, bool nulls) {
    if (type->id() == arrow::Type::EXTENSION) {
      const auto& extension = static_cast<const arrow::ExtensionType&>(*type);
      return arrow::ExtensionType::WrapArray(type, Make(extension.storage_type(), rows, nulls));
    }
    const std::unique_ptr<arrow::ArrayBuilder> builder = *arrow::MakeBuilder(type);
    for (std::int64_t row = 0; row < rows; ++row) Append(builder.get(), nulls);
    return *builder->Finish();
  }

 private:
  void Append(arrow::ArrayBuilder* builder, bool nulls) {
    if (nulls && random_() % 3 == 0) {
      ASSERT_TRUE(builder->AppendNull().ok());
      return;
    }
    switch (builder->type()->id()) {
      case arrow::Type::NA: ASSERT_TRUE(builder->AppendNull().ok()); break;
      case arrow::Type::LIST: {
        auto* list = static_cast<arrow::ListBuilder*>(builder);
        ASSERT_TRUE(list->Append().ok());
        for (std::uint64_t left = random_() % 4; left > 0; --left) Append(list->value_builder(), nulls);
        break;
      }
      case arrow::Type::STRUCT: {
        auto* record = static_cast<arrow::StructBuilder*>(builder);
        ASSERT_TRUE(record->Append().ok());
        for (int i = 0; i < record->num_children(); ++i) Append(record->child_builder(i).get(), nulls);
        break;
      }
      default: ASSERT_TRUE(builder->AppendScalar(*Scalar(*builder->type())).ok());
    }
  }

  std::shared_ptr<arrow::Scalar> Scalar(const arrow::DataType& type) {
    const std::string text = std::to_string(random_()).substr(0, random_() % 20);
    switch (type.id()) {
      case arrow::Type::STRING: return std::make_shared<arrow::StringScalar>(text);
      case arrow::Type::BINARY: return std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(text));
      case arrow::Type::DECIMAL128:
        return std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(std::int64_t(random_() >> 2)),
                                                         arrow::decimal128(20, 2));
      case arrow::Type::FIXED_SIZE_BINARY: {
        std::string bytes(16, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random_());
        return std::make_shared<arrow::FixedSizeBinaryScalar>(arrow::Buffer::FromString(bytes),
                                                              arrow::fixed_size_binary(16));
      }
      case arrow::Type::BOOL: return std::make_shared<arrow::BooleanScalar>(random_() % 2 == 0);
      default: return *arrow::MakeScalar(std::int64_t(random_() % 100))->CastTo(type.GetSharedPtr());
    }
  }

  std::mt19937_64 random_{7};
};

std::shared_ptr<arrow::RecordBatch> BatchOf(const std::shared_ptr<arrow::Array>& column) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("v", column->type())}), column->length(), {column});
}

/// What stays, row by row.
std::shared_ptr<arrow::Array> Model(const std::shared_ptr<arrow::Array>& column,
                                    const std::vector<std::uint8_t>& removed) {
  arrow::ArrayVector rows = {column->Slice(0, 0)};
  for (std::size_t row = 0; row < removed.size(); ++row) {
    if (removed[row] == 0) rows.push_back(column->Slice(static_cast<std::int64_t>(row), 1));
  }
  return *arrow::Concatenate(rows);
}

void ExpectRows(std::shared_ptr<arrow::RecordBatch> batch, const std::vector<std::uint8_t>& removed,
                const std::shared_ptr<arrow::Array>& expected) {
  ASSERT_OK_AND_ASSIGN(const auto kept, RemoveRows(std::move(batch), removed, arrow::default_memory_pool()));
  ASSERT_TRUE(kept->ValidateFull().ok()) << kept->ValidateFull().ToString();
  ASSERT_EQ(kept->num_rows(), expected->length());
  ASSERT_TRUE(kept->column(0)->Equals(expected)) << "became\n" << kept->column(0)->ToString();
  ASSERT_EQ(kept->column(0)->null_count(), expected->null_count());
}

// With the column's memory shared, which must not change, and with a copy of it that nobody else has.
void ExpectAsModel(const std::shared_ptr<arrow::Array>& column, const std::vector<std::uint8_t>& removed) {
  const std::shared_ptr<arrow::Array> before = *arrow::Concatenate({column});
  const std::shared_ptr<arrow::Array> expected = Model(column, removed);
  ExpectRows(BatchOf(column), removed, expected);
  ASSERT_TRUE(column->Equals(before));
  ExpectRows(BatchOf(*arrow::Concatenate({column->Slice(0, 0), column})), removed, expected);
}

TEST(RowRemoval, MovesRowsUpInMemoryThatNobodyElseHas) {
  auto batch = BatchOf(RandomArrays().Make(arrow::float64(), 100, false));
  const std::uint8_t* const memory = batch->column(0)->data()->buffers[1]->data();
  std::vector<std::uint8_t> removed(100);
  removed[5] = 1;
  ASSERT_OK_AND_ASSIGN(const auto kept, RemoveRows(std::move(batch), removed, arrow::default_memory_pool()));
  EXPECT_EQ(kept->column(0)->data()->buffers[1]->data(), memory);
}

TEST(RowRemoval, KeepsTheOtherRowsOfEveryTypeAsTheyAre) {
  std::mt19937_64 random(3);
  RandomArrays arrays;
  for (const auto& type : Types()) {
    SCOPED_TRACE(type->ToString());
    for (int round = 0; round < 60; ++round) {
      const auto rows = static_cast<std::int64_t>(random() % 200);
      const auto offset = static_cast<std::int64_t>(random() % 10);
      const auto column = arrays.Make(type, offset + rows, round % 2 == 0)->Slice(offset);
      std::vector<std::uint8_t> removed(static_cast<std::size_t>(rows));
      const std::uint64_t odds = 1 + random() % 12;
      for (std::uint8_t& flag : removed) flag = random() % odds == 0 ? 1 : 0;
      ExpectAsModel(column, removed);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(RowRemoval, RemovesAllRowsOrTheFirstOrTheLast) {
  RandomArrays arrays;
  for (const auto& type : Types()) {
    SCOPED_TRACE(type->ToString());
    const auto column = arrays.Make(type, 3, true);
    ExpectAsModel(column, {1, 1, 1});
    ExpectAsModel(column, {1, 0, 0});
    ExpectAsModel(column, {0, 0, 1});
  }
}

TEST(RowRemoval, WithoutRemovedRowsGivesTheBatchItself) {
  const auto batch = BatchOf(RandomArrays().Make(arrow::int32(), 3, false));
  const std::vector<std::uint8_t> removed(3, 0);
  auto given = batch;
  ASSERT_OK_AND_ASSIGN(const auto kept, RemoveRows(std::move(given), removed, arrow::default_memory_pool()));
  EXPECT_EQ(kept.get(), batch.get());
}

}  // namespace
}  // namespace sluice::columns
