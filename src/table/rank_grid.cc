#include "table/rank_grid.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_decimal.h>
#include <arrow/array/array_primitive.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <type_traits>

namespace sluice::table {
namespace {

/// How the values of an Arrow array are read as those of a table, and compared.
template <typename ArrayType, typename Value>
struct PlainAccess {
  static Value Get(const ArrayType& array, std::int64_t row) { return static_cast<Value>(array.Value(row)); }
};

struct TextAccess {
  static std::string_view Get(const arrow::BinaryArray& array, std::int64_t row) { return array.GetView(row); }
};

struct DecimalAccess {
  static delta::Int128 Get(const arrow::Decimal128Array& array, std::int64_t row) {
    const arrow::Decimal128 value(array.GetValue(row));
    return (static_cast<delta::Int128>(value.high_bits()) << 64) | static_cast<delta::Int128>(value.low_bits());
  }
};

template <typename Left, typename Right>
bool Less(const Left& left, const Right& right) {
  if constexpr (std::is_same_v<Left, double>) {
    return std::isnan(right) ? !std::isnan(left) : left < right;
  } else {
    return left < right;
  }
}

/// Call `use(array, access)` with the array's own type.
template <typename Use>
bool WithValues(const arrow::Array& values, Use&& use) {
  switch (values.type_id()) {
    case arrow::Type::INT8:
      return use(static_cast<const arrow::Int8Array&>(values), PlainAccess<arrow::Int8Array, std::int64_t>()), true;
    case arrow::Type::INT16:
      return use(static_cast<const arrow::Int16Array&>(values), PlainAccess<arrow::Int16Array, std::int64_t>()), true;
    case arrow::Type::INT32:
      return use(static_cast<const arrow::Int32Array&>(values), PlainAccess<arrow::Int32Array, std::int64_t>()), true;
    case arrow::Type::INT64:
      return use(static_cast<const arrow::Int64Array&>(values), PlainAccess<arrow::Int64Array, std::int64_t>()), true;
    case arrow::Type::DATE32:
      return use(static_cast<const arrow::Date32Array&>(values), PlainAccess<arrow::Date32Array, std::int64_t>()), true;
    case arrow::Type::TIMESTAMP:
      return use(static_cast<const arrow::TimestampArray&>(values), PlainAccess<arrow::TimestampArray, std::int64_t>()),
             true;
    case arrow::Type::BOOL:
      return use(static_cast<const arrow::BooleanArray&>(values), PlainAccess<arrow::BooleanArray, std::int64_t>()),
             true;
    case arrow::Type::FLOAT:
      return use(static_cast<const arrow::FloatArray&>(values), PlainAccess<arrow::FloatArray, double>()), true;
    case arrow::Type::DOUBLE:
      return use(static_cast<const arrow::DoubleArray&>(values), PlainAccess<arrow::DoubleArray, double>()), true;
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return use(static_cast<const arrow::BinaryArray&>(values), TextAccess()), true;
    case arrow::Type::DECIMAL128: return use(static_cast<const arrow::Decimal128Array&>(values), DecimalAccess()), true;
    default: return false;
  }
}

template <typename Access, typename ArrayType>
using Stored =
    std::conditional_t<std::is_same_v<decltype(Access::Get(std::declval<const ArrayType&>(), 0)), std::string_view>,
                       std::string, decltype(Access::Get(std::declval<const ArrayType&>(), 0))>;

}  // namespace

core::Result<RankGrid> RankGrid::Make(const arrow::Array& sample, int bits) {
  RankGrid grid;
  const double ranks = std::ldexp(1.0, bits);
  const auto total = static_cast<double>(std::max<std::int64_t>(sample.length(), 1));
  const auto rank_of = [&](double below, double own) {
    return static_cast<std::uint32_t>(std::clamp(std::floor(ranks * (below + own / 2) / total), 0.0, ranks - 1));
  };
  const bool ordered = WithValues(sample, [&](const auto& array, auto access) {
    using Value = Stored<decltype(access), std::decay_t<decltype(array)>>;
    std::vector<Value> sorted;
    for (std::int64_t row = 0; row < array.length(); ++row) {
      if (array.IsValid(row)) sorted.emplace_back(access.Get(array, row));
    }
    std::sort(sorted.begin(), sorted.end(), Less<Value, Value>);
    RankTable<Value> table;
    // Every value that makes up a boundary's share of the sample stands for itself; rarer ones share boundaries.
    const std::size_t step = sorted.size() / kBoundariesMax + 1;
    std::size_t covered = 0;
    for (std::size_t begin = 0; begin < sorted.size();) {
      std::size_t end = begin + 1;
      while (end < sorted.size() && !Less(sorted[begin], sorted[end])) ++end;
      if (begin == 0 || end - begin >= step || end - covered >= step || end == sorted.size()) {
        table.between.push_back(rank_of(static_cast<double>(covered), static_cast<double>(begin - covered)));
        table.at.push_back(rank_of(static_cast<double>(begin), static_cast<double>(end - begin)));
        table.boundaries.push_back(sorted[begin]);
        covered = end;
      }
      begin = end;
    }
    table.between.push_back(rank_of(static_cast<double>(sorted.size()), 0));
    grid.null_rank_ = rank_of(static_cast<double>(sorted.size()), static_cast<double>(array.null_count()));
    grid.table_ = std::move(table);
  });
  if (!ordered) {
    return core::Unsupported(fmt::format("values of type {} have no order to cluster by", sample.type()->ToString()))
        .WithHint("cluster by columns of numbers, texts, dates or timestamps");
  }
  return grid;
}

void RankGrid::Rank(const arrow::Array& values, std::span<std::uint32_t> ranks) const {
  WithValues(values, [&](const auto& array, auto access) {
    using Value = Stored<decltype(access), std::decay_t<decltype(array)>>;
    const auto& table = std::get<RankTable<Value>>(table_);
    for (std::int64_t row = 0; row < array.length(); ++row) {
      std::uint32_t& rank = ranks[static_cast<std::size_t>(row)];
      if (array.IsNull(row)) {
        rank = null_rank_;
        continue;
      }
      const auto value = access.Get(array, row);
      const auto place = std::lower_bound(table.boundaries.begin(), table.boundaries.end(), value,
                                          [](const Value& boundary, const auto& searched) {
                                            if constexpr (std::is_same_v<Value, std::string>) {
                                              return std::string_view(boundary) < searched;
                                            } else {
                                              return Less(boundary, searched);
                                            }
                                          });
      const auto index = static_cast<std::size_t>(place - table.boundaries.begin());
      const bool equal = place != table.boundaries.end() && !Less(value, decltype(value)(*place));
      rank = equal ? table.at[index] : table.between[index];
    }
  });
}

}  // namespace sluice::table
