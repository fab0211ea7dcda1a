#include "parquet/value_gather.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/type.h>
#include <arrow/util/bit_run_reader.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace sluice::parquet {
namespace {

/// A decimal of 128 bits as Arrow keeps it.
struct Decimal {
  std::uint64_t low;
  std::int64_t high;
};

template <typename T>
T As(const Decimal& decimal) {
  return static_cast<T>(static_cast<std::int64_t>(decimal.low));
}

template <typename T, typename From>
T As(From value) {
  return static_cast<T>(value);
}

/// Call `visit(begin, count)` for each run of slots that are not NULL, relative to the array.
template <typename Visit>
void VisitPresent(const arrow::Array& values, std::int64_t begin, std::int64_t end, Visit&& visit) {
  if (values.null_count() == 0) {
    visit(begin, end - begin);
    return;
  }
  arrow::internal::VisitSetBitRunsVoid(
      values.null_bitmap_data(), values.offset() + begin, end - begin,
      [&](std::int64_t position, std::int64_t count) { visit(begin + position, count); });
}

template <typename T, typename From>
void CopyAs(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& out) {
  const auto* raw = values.data()->GetValues<From>(1);
  VisitPresent(values, begin, end, [&](std::int64_t position, std::int64_t count) {
    auto* at = reinterpret_cast<T*>(out.Grow(static_cast<std::size_t>(count) * sizeof(T)));
    for (std::int64_t i = 0; i < count; ++i) at[i] = As<T>(raw[position + i]);
  });
}

template <typename T>
core::Status ToMilliseconds(std::size_t first, encoding::ByteBuffer& out) {
  constexpr T kMillisecondsPerSecond = 1000;
  auto* values = reinterpret_cast<T*>(out.data());
  for (std::size_t i = first; i < out.size() / sizeof(T); ++i) {
    const T seconds = values[i];
    if (__builtin_mul_overflow(seconds, kMillisecondsPerSecond, &values[i])) {
      return core::InvalidInput(fmt::format("{} seconds are too many to be kept as milliseconds", seconds))
          .WithHint("Parquet has no seconds; check the column's unit");
    }
  }
  return core::Ok();
}

arrow::TimeUnit::type UnitOf(const arrow::DataType& type) {
  if (type.id() == arrow::Type::TIMESTAMP) return static_cast<const arrow::TimestampType&>(type).unit();
  return static_cast<const arrow::TimeType&>(type).unit();
}

template <typename T>
core::Status CopyTimes(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& out) {
  const std::size_t first = out.size() / sizeof(T);
  CopyAs<T, T>(values, begin, end, out);
  if (UnitOf(*values.type()) != arrow::TimeUnit::SECOND) return core::Ok();
  return ToMilliseconds<T>(first, out);
}

}  // namespace

template <typename T>
core::Status GatherFixed(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& out) {
  const auto copy = [&]<typename From>(From) {
    CopyAs<T, From>(values, begin, end, out);
    return core::Ok();
  };
  switch (values.type_id()) {
    case arrow::Type::INT8: return copy(std::int8_t{});
    case arrow::Type::INT16: return copy(std::int16_t{});
    case arrow::Type::INT32:
    case arrow::Type::DATE32: return copy(std::int32_t{});
    case arrow::Type::INT64: return copy(std::int64_t{});
    case arrow::Type::UINT8: return copy(std::uint8_t{});
    case arrow::Type::UINT16: return copy(std::uint16_t{});
    case arrow::Type::UINT32: return copy(std::uint32_t{});
    case arrow::Type::UINT64: return copy(std::uint64_t{});
    case arrow::Type::FLOAT: return copy(float{});
    case arrow::Type::DOUBLE: return copy(double{});
    case arrow::Type::DECIMAL128: return copy(Decimal{});
    case arrow::Type::TIME32: return CopyTimes<std::int32_t>(values, begin, end, out);
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP: return CopyTimes<std::int64_t>(values, begin, end, out);
    default: return core::Internal(fmt::format("no way to keep {} as a number", values.type()->ToString()));
  }
}

template core::Status GatherFixed<std::int32_t>(const arrow::Array&, std::int64_t, std::int64_t, encoding::ByteBuffer&);
template core::Status GatherFixed<std::int64_t>(const arrow::Array&, std::int64_t, std::int64_t, encoding::ByteBuffer&);
template core::Status GatherFixed<float>(const arrow::Array&, std::int64_t, std::int64_t, encoding::ByteBuffer&);
template core::Status GatherFixed<double>(const arrow::Array&, std::int64_t, std::int64_t, encoding::ByteBuffer&);

void GatherTexts(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& bytes,
                 std::vector<std::uint32_t>& lengths) {
  const auto& texts = static_cast<const arrow::BinaryArray&>(values);
  const std::int32_t* offsets = texts.raw_value_offsets();
  const std::uint8_t* data = texts.raw_data();
  const std::size_t before = lengths.size();
  VisitPresent(values, begin, end, [&](std::int64_t position, std::int64_t count) {
    const std::size_t size = lengths.size();
    lengths.resize(size + static_cast<std::size_t>(count));
    std::uint32_t* length = lengths.data() + size;
    for (std::int64_t i = position; i < position + count; ++i) {
      *length++ = static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]);
    }
  });
  const auto present =
      std::accumulate(lengths.begin() + static_cast<std::ptrdiff_t>(before), lengths.end(), std::int64_t{0});
  // Mostly no bytes lie below NULLs.
  if (present == offsets[end] - offsets[begin]) {
    bytes.Append(data + offsets[begin], static_cast<std::size_t>(present));
    return;
  }
  VisitPresent(values, begin, end, [&](std::int64_t position, std::int64_t count) {
    bytes.Append(data + offsets[position], static_cast<std::size_t>(offsets[position + count] - offsets[position]));
  });
}

std::size_t GatherFixedBytes(const arrow::Array& values, std::int64_t begin, std::int64_t end, std::size_t width,
                             encoding::ByteBuffer& bytes) {
  const std::size_t before = bytes.size();
  const auto& fixed = static_cast<const arrow::FixedSizeBinaryArray&>(values);
  const bool decimal = values.type_id() == arrow::Type::DECIMAL128;
  VisitPresent(values, begin, end, [&](std::int64_t position, std::int64_t count) {
    const auto wide = static_cast<std::size_t>(fixed.byte_width());
    std::uint8_t* at = bytes.Grow(static_cast<std::size_t>(count) * width);
    for (std::int64_t i = position; i < position + count; ++i, at += width) {
      const std::uint8_t* value = fixed.GetValue(i);
      if (decimal) {
        std::reverse_copy(value, value + width, at);
      } else {
        std::memcpy(at, value, wide);
      }
    }
  });
  return (bytes.size() - before) / width;
}

void GatherBools(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& bytes) {
  const auto& bools = static_cast<const arrow::BooleanArray&>(values);
  VisitPresent(values, begin, end, [&](std::int64_t position, std::int64_t count) {
    std::uint8_t* at = bytes.Grow(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) at[i] = bools.Value(position + i) ? 1 : 0;
  });
}

}  // namespace sluice::parquet
