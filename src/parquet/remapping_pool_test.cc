#include "parquet/remapping_pool.h"

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include <cstring>

namespace sluice::parquet {
namespace {

constexpr std::int64_t kLarge = RemappingPool::kMappedBytesMin;

TEST(RemappingPool, BytesSurviveGrowthAndShrinkingAcrossTheLimit) {
  RemappingPool pool(arrow::default_memory_pool());
  const std::int64_t before = pool.bytes_allocated();
  {
    auto buffer = arrow::AllocateResizableBuffer(64, &pool).ValueOrDie();
    std::memset(buffer->mutable_data(), 0x5a, 64);
    for (const std::int64_t bytes : {kLarge - 64, kLarge, 3 * kLarge, 9 * kLarge, kLarge, std::int64_t{128}}) {
      ASSERT_TRUE(buffer->Resize(bytes, /*shrink_to_fit=*/true).ok());
      EXPECT_EQ(buffer->data()[0], 0x5a) << bytes;
      EXPECT_EQ(buffer->data()[63], 0x5a) << bytes;
      buffer->mutable_data()[bytes - 1] = 1;
      EXPECT_GE(pool.bytes_allocated(), before + bytes);
    }
  }
  EXPECT_EQ(pool.bytes_allocated(), before);
}

TEST(RemappingPool, TooMuchIsAnError) {
  RemappingPool pool(arrow::default_memory_pool());
  EXPECT_TRUE(arrow::AllocateBuffer(std::int64_t{1} << 62, &pool).status().IsOutOfMemory());
}

}  // namespace
}  // namespace sluice::parquet
