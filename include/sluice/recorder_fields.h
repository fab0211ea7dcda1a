#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "sluice/recorder_layout.h"

namespace sluice {

/// The number that Recorder::Intern gave a text; 0 is "".
struct Symbol {
  std::uint32_t number = 0;
};

/// JSON as text; it is kept as it is.
struct Json {
  std::string_view text = {};
};

/// An exact number: `low` and `high` are the two halves of the unscaled 128-bit integer.
template <int kPrecision, int kScale>
struct Decimal {
  static_assert(kPrecision >= 1 && kPrecision <= 38 && kScale >= 0 && kScale <= kPrecision);
  std::uint64_t low = 0;
  std::int64_t high = 0;

  /// From an integer that is already multiplied by 10 to the power of the scale.
  static constexpr Decimal OfUnscaled(std::int64_t number) {
    return {.low = static_cast<std::uint64_t>(number), .high = number < 0 ? -1 : 0};
  }
};

/// A member of this type takes no value from the row: the recorder stamps the moment of Append.
struct Stamp {};

/// An instant: its column is a timestamp in UTC. That of a bare sys_time has no zone, as what a wall clock shows.
template <typename Duration = std::chrono::microseconds>
struct UtcTime {
  std::chrono::sys_time<Duration> at = {};
};

/// As Stamp, in a column in UTC.
struct UtcStamp {};

/// A column: its name, and the member of the row that holds its value. The member's type says the column's type:
///
///     bool, std::int32_t, std::int64_t, float, double, Decimal<p, s>
///     std::string_view, std::string, Json        copied while Append runs
///     Symbol                                     a text that was interned before
///     std::chrono::sys_time<milliseconds, microseconds or nanoseconds>
///     UtcTime<milliseconds, microseconds or nanoseconds>
///     Stamp, UtcStamp                            the moment of Append, in microseconds
///     std::optional of one of these              the column can be null
template <typename Row, typename Member>
struct Field {
  constexpr Field(std::string_view column_name, Member Row::* row_member) : name(column_name), member(row_member) {}

  std::string_view name;
  Member Row::* member;
};

namespace recording {

/// A column of a recorder as the library sees it.
struct ColumnSpec {
  std::string_view name = {};
  Shape shape = {};
  std::uint8_t precision = 0;      ///< decimals
  std::uint8_t scale = 0;          ///< decimals
  std::uint8_t second_digits = 6;  ///< times: 3, 6 or 9
  bool utc = false;                ///< times: instants
  bool json = false;
  bool filled = false;  ///< json that is {} where it was null
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
struct Bare {
  using Type = T;
};
template <typename T>
struct Bare<std::optional<T>> {
  using Type = T;
};

template <typename T>
struct ColumnType;  // a type that is not listed at Field has none

template <>
struct ColumnType<bool> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kBool}};
};
template <>
struct ColumnType<std::int32_t> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kInt32}};
};
template <>
struct ColumnType<std::int64_t> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kInt64}};
};
template <>
struct ColumnType<float> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kFloat}};
};
template <>
struct ColumnType<double> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kDouble}};
};
template <>
struct ColumnType<std::string_view> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kText}};
};
template <>
struct ColumnType<std::string> : ColumnType<std::string_view> {};
template <>
struct ColumnType<Json> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kText}, .json = true};
};
template <>
struct ColumnType<Symbol> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kSymbol}};
};
template <>
struct ColumnType<Stamp> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kStamp}};
};
template <>
struct ColumnType<UtcStamp> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kStamp}, .utc = true};
};
template <int kPrecision, int kScale>
struct ColumnType<Decimal<kPrecision, kScale>> {
  static constexpr ColumnSpec kSpec{.shape = {Kind::kDecimal}, .precision = kPrecision, .scale = kScale};
};
template <typename Duration>
struct ColumnType<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  static_assert(std::is_same_v<typename Duration::period, std::milli> ||
                    std::is_same_v<typename Duration::period, std::micro> ||
                    std::is_same_v<typename Duration::period, std::nano>,
                "times are in milliseconds, microseconds or nanoseconds");
  static constexpr ColumnSpec kSpec{.shape = {Kind::kTime},
                                    .second_digits = std::is_same_v<typename Duration::period, std::milli>   ? 3
                                                     : std::is_same_v<typename Duration::period, std::micro> ? 6
                                                                                                             : 9};
};
template <typename Duration>
struct ColumnType<UtcTime<Duration>> {
  static constexpr ColumnSpec kSpec = [] {
    ColumnSpec spec = ColumnType<std::chrono::sys_time<Duration>>::kSpec;
    spec.utc = true;
    return spec;
  }();
};

template <typename Row, typename Member>
constexpr ColumnSpec SpecOf(const Field<Row, Member>& field) {
  ColumnSpec spec = ColumnType<typename Bare<Member>::Type>::kSpec;
  spec.name = field.name;
  spec.shape.nullable = kIsOptional<Member>;
  return spec;
}

/// The columns of a row type, from its `static constexpr std::tuple kFields`.
template <typename Row>
struct RowColumns {
  static constexpr std::size_t kCount = std::tuple_size_v<std::remove_cvref_t<decltype(Row::kFields)>>;
  static constexpr std::array<ColumnSpec, kCount> kSpecs =
      std::apply([](const auto&... fields) { return std::array<ColumnSpec, kCount>{SpecOf(fields)...}; }, Row::kFields);
  static constexpr std::array<Shape, kCount> kShapes = [] {
    std::array<Shape, kCount> shapes;
    for (std::size_t i = 0; i < kCount; ++i) shapes[i] = kSpecs[i].shape;
    return shapes;
  }();
  static constexpr Layout<kCount> kLayout = LayoutOf(kShapes);
};

}  // namespace recording
}  // namespace sluice
