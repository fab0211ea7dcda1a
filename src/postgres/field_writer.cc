#include "postgres/field_writer.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "postgres/numeric_field.h"

namespace sluice::postgres {
namespace {

using Made = std::unique_ptr<FieldWriter>;

template <typename Unsigned>
Unsigned BigEndian(Unsigned value) {
  if constexpr (sizeof(Unsigned) == 1) return value;
  if constexpr (sizeof(Unsigned) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(Unsigned) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(Unsigned) == 8) return __builtin_bswap64(value);
}

void WriteLength(std::size_t length, char* at) {
  const std::uint32_t bits = BigEndian(static_cast<std::uint32_t>(length));
  std::memcpy(at, &bits, 4);
}

/// Length and value of a field of fixed width.
template <typename Value>
void AppendFixed(Value value, CopyBytes& out) {
  using Bits =
      std::conditional_t<sizeof(Value) == 8, std::uint64_t,
                         std::conditional_t<sizeof(Value) == 4, std::uint32_t,
                                            std::conditional_t<sizeof(Value) == 2, std::uint16_t, std::uint8_t>>>;
  const Bits bits = BigEndian(std::bit_cast<Bits>(value));
  char* const field = out.Room(4 + sizeof(Value));
  WriteLength(sizeof(Value), field);
  std::memcpy(field + 4, &bits, sizeof(Value));
  out.Added(4 + sizeof(Value));
}

const char* AppendNull(CopyBytes& out) {
  std::memset(out.Room(4), 0xff, 4);
  out.Added(4);
  return nullptr;
}

/// The part that all writers share. `Values` is an Arrow array class.
template <typename Values>
class WriterOf : public FieldWriter {
 public:
  void SetArray(const arrow::Array& array) override {
    values_ = static_cast<const Values*>(&array);
    has_nulls_ = array.null_count() > 0;
  }

 protected:
  bool is_null(std::int64_t row) const { return has_nulls_ && values_->IsNull(row); }
  const Values* values_ = nullptr;

 private:
  bool has_nulls_ = false;
};

/// A number as another that holds it.
template <typename Values, typename To>
class NumberWriter final : public WriterOf<Values> {
 public:
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (this->is_null(row)) return AppendNull(out);
    AppendFixed(static_cast<To>(this->values_->Value(row)), out);
    return nullptr;
  }
};

class BoolWriter final : public WriterOf<arrow::BooleanArray> {
 public:
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (is_null(row)) return AppendNull(out);
    AppendFixed(static_cast<std::uint8_t>(values_->Value(row) ? 1 : 0), out);
    return nullptr;
  }
};

void AppendNumericField(Int128 units, int scale, CopyBytes& out) {
  char* const field = out.Room(4 + kNumericBytesMax);
  const std::size_t size = WriteNumeric(units, scale, field + 4);
  WriteLength(size, field);
  out.Added(4 + size);
}

template <typename Values>
class IntegerAsNumericWriter final : public WriterOf<Values> {
 public:
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (this->is_null(row)) return AppendNull(out);
    AppendNumericField(static_cast<Int128>(this->values_->Value(row)), 0, out);
    return nullptr;
  }
};

class DecimalWriter final : public WriterOf<arrow::Decimal128Array> {
 public:
  explicit DecimalWriter(int scale) : scale_(scale) {}
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (is_null(row)) return AppendNull(out);
    const arrow::Decimal128 value(values_->GetValue(row));
    const auto high = static_cast<Int128>(value.high_bits()) * (static_cast<Int128>(1) << 64);
    AppendNumericField(high + static_cast<Int128>(value.low_bits()), scale_, out);
    return nullptr;
  }

 private:
  int scale_;
};

enum class TextForm : std::uint8_t { kText, kJsonb, kBytes };

template <typename Values, TextForm Form>
class TextWriter final : public WriterOf<Values> {
 public:
  void SetArray(const arrow::Array& array) override {
    WriterOf<Values>::SetArray(array);
    const std::int64_t bytes = this->values_->total_values_length();
    may_have_nul_ = Form != TextForm::kBytes && bytes != 0 &&
                    HasNul({reinterpret_cast<const char*>(this->values_->raw_data()) + this->values_->value_offset(0),
                            static_cast<std::size_t>(bytes)});
  }
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (this->is_null(row)) return AppendNull(out);
    const std::string_view text = this->values_->GetView(row);
    if (may_have_nul_ && HasNul(text)) return "PostgreSQL has no text with a NUL character";
    if (text.size() >= kFieldBytesMax) return "PostgreSQL has no field of 1 GiB or more";
    constexpr std::size_t kBefore = Form == TextForm::kJsonb ? 5 : 4;
    char* const field = out.Room(kBefore + text.size());
    WriteLength(kBefore - 4 + text.size(), field);
    if (Form == TextForm::kJsonb) field[4] = '\1';  // the version of its form
    if (!text.empty()) std::memcpy(field + kBefore, text.data(), text.size());
    out.Added(kBefore + text.size());
    return nullptr;
  }

 private:
  static constexpr std::size_t kFieldBytesMax = (std::size_t{1} << 30) - 1024;

  static bool HasNul(std::string_view bytes) { return std::memchr(bytes.data(), 0, bytes.size()) != nullptr; }

  bool may_have_nul_ = false;
};

class UuidWriter final : public WriterOf<arrow::FixedSizeBinaryArray> {
 public:
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (is_null(row)) return AppendNull(out);
    char* const field = out.Room(20);
    WriteLength(16, field);
    std::memcpy(field + 4, values_->GetValue(row), 16);
    out.Added(20);
    return nullptr;
  }
};

class DateWriter final : public WriterOf<arrow::Date32Array> {
 public:
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (is_null(row)) return AppendNull(out);
    constexpr std::int64_t kEpochDays = 10957;  // from 1970-01-01 to 2000-01-01
    constexpr std::int64_t kDaysMin = -2451545;
    constexpr std::int64_t kDaysMax = 2145031948;
    const std::int64_t days = std::int64_t{values_->Value(row)} - kEpochDays;
    if (days < kDaysMin || days > kDaysMax) return "PostgreSQL has no such date";
    AppendFixed(static_cast<std::int32_t>(days), out);
    return nullptr;
  }
};

/// Counts of a unit as counts of microseconds.
struct Microseconds {
  std::int64_t times = 1;
  std::int64_t divided_by = 1;

  static Microseconds Of(arrow::TimeUnit::type unit) {
    switch (unit) {
      case arrow::TimeUnit::SECOND: return {.times = 1'000'000};
      case arrow::TimeUnit::MILLI: return {.times = 1000};
      case arrow::TimeUnit::MICRO: return {};
      case arrow::TimeUnit::NANO: return {.divided_by = 1000};
    }
    return {};
  }
  /// False when there is no such count.
  bool From(std::int64_t units, std::int64_t& micros) const {
    if (divided_by != 1 && units % divided_by != 0) return false;
    return !__builtin_mul_overflow(units / divided_by, times, &micros);
  }
};

template <typename Values>
class TimeWriter final : public WriterOf<Values> {
 public:
  explicit TimeWriter(arrow::TimeUnit::type unit) : unit_(Microseconds::Of(unit)) {}
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (this->is_null(row)) return AppendNull(out);
    constexpr std::int64_t kDay = 86'400'000'000;
    std::int64_t micros = 0;
    if (!unit_.From(this->values_->Value(row), micros)) return "PostgreSQL keeps microseconds, this value has more";
    if (micros < 0 || micros > kDay) return "PostgreSQL has no such time of day";
    AppendFixed(micros, out);
    return nullptr;
  }

 private:
  Microseconds unit_;
};

class TimestampWriter final : public WriterOf<arrow::TimestampArray> {
 public:
  explicit TimestampWriter(arrow::TimeUnit::type unit) : unit_(Microseconds::Of(unit)) {}
  const char* Append(std::int64_t row, CopyBytes& out) override {
    if (is_null(row)) return AppendNull(out);
    constexpr std::int64_t kEpoch = 946'684'800'000'000;  // from 1970 to 2000
    constexpr std::int64_t kMin = -211'813'488'000'000'000;
    constexpr std::int64_t kEnd = 9'223'371'331'200'000'000;
    std::int64_t micros = 0;
    if (!unit_.From(values_->Value(row), micros)) return "PostgreSQL keeps microseconds, this value has more";
    if (__builtin_sub_overflow(micros, kEpoch, &micros) || micros < kMin || micros >= kEnd) {
      return "PostgreSQL has no such timestamp";
    }
    AppendFixed(micros, out);
    return nullptr;
  }

 private:
  Microseconds unit_;
};

/// An integer into a column whose every value of the source's type it holds; null when it does not.
template <typename Values>
Made MakeInteger(ColumnType to) {
  using From = typename Values::value_type;
  constexpr auto kDigits = std::numeric_limits<From>::digits;
  if (to == ColumnType::kNumeric) return std::make_unique<IntegerAsNumericWriter<Values>>();
  if constexpr (kDigits <= 15) {
    if (to == ColumnType::kInt2) return std::make_unique<NumberWriter<Values, std::int16_t>>();
  }
  if constexpr (kDigits <= 31) {
    if (to == ColumnType::kInt4) return std::make_unique<NumberWriter<Values, std::int32_t>>();
  }
  if constexpr (kDigits <= 63) {
    if (to == ColumnType::kInt8) return std::make_unique<NumberWriter<Values, std::int64_t>>();
  }
  if constexpr (kDigits <= 24) {
    if (to == ColumnType::kFloat4) return std::make_unique<NumberWriter<Values, float>>();
  }
  if constexpr (kDigits <= 53) {
    if (to == ColumnType::kFloat8) return std::make_unique<NumberWriter<Values, double>>();
  }
  return nullptr;
}

template <typename Values>
Made MakeFloat(ColumnType to) {
  if constexpr (std::is_same_v<typename Values::value_type, float>) {
    if (to == ColumnType::kFloat4) return std::make_unique<NumberWriter<Values, float>>();
  }
  if (to == ColumnType::kFloat8) return std::make_unique<NumberWriter<Values, double>>();
  return nullptr;
}

template <typename Values>
Made MakeText(ColumnType to) {
  if (to == ColumnType::kJsonb) return std::make_unique<TextWriter<Values, TextForm::kJsonb>>();
  if (to == ColumnType::kText || to == ColumnType::kVarchar || to == ColumnType::kJson) {
    return std::make_unique<TextWriter<Values, TextForm::kText>>();
  }
  return nullptr;
}

Made MakeTime(const arrow::DataType& from, ColumnType to) {
  if (from.id() == arrow::Type::TIMESTAMP) {
    const auto& type = static_cast<const arrow::TimestampType&>(from);
    const ColumnType wanted = type.timezone().empty() ? ColumnType::kTimestamp : ColumnType::kTimestamptz;
    return to == wanted ? std::make_unique<TimestampWriter>(type.unit()) : nullptr;
  }
  if (to != ColumnType::kTime) return nullptr;
  if (from.id() == arrow::Type::TIME32) {
    return std::make_unique<TimeWriter<arrow::Time32Array>>(static_cast<const arrow::Time32Type&>(from).unit());
  }
  return std::make_unique<TimeWriter<arrow::Time64Array>>(static_cast<const arrow::Time64Type&>(from).unit());
}

/// null: the values do not go there.
Made Make(const arrow::DataType& from, ColumnType to) {
  switch (from.id()) {
    case arrow::Type::BOOL: return to == ColumnType::kBool ? std::make_unique<BoolWriter>() : nullptr;
    case arrow::Type::INT8: return MakeInteger<arrow::Int8Array>(to);
    case arrow::Type::INT16: return MakeInteger<arrow::Int16Array>(to);
    case arrow::Type::INT32: return MakeInteger<arrow::Int32Array>(to);
    case arrow::Type::INT64: return MakeInteger<arrow::Int64Array>(to);
    case arrow::Type::UINT8: return MakeInteger<arrow::UInt8Array>(to);
    case arrow::Type::UINT16: return MakeInteger<arrow::UInt16Array>(to);
    case arrow::Type::UINT32: return MakeInteger<arrow::UInt32Array>(to);
    case arrow::Type::UINT64: return MakeInteger<arrow::UInt64Array>(to);
    case arrow::Type::FLOAT: return MakeFloat<arrow::FloatArray>(to);
    case arrow::Type::DOUBLE: return MakeFloat<arrow::DoubleArray>(to);
    case arrow::Type::DECIMAL128: {
      const int scale = static_cast<const arrow::Decimal128Type&>(from).scale();
      return to == ColumnType::kNumeric ? std::make_unique<DecimalWriter>(scale) : nullptr;
    }
    case arrow::Type::STRING: return MakeText<arrow::StringArray>(to);
    case arrow::Type::LARGE_STRING: return MakeText<arrow::LargeStringArray>(to);
    case arrow::Type::BINARY:
      if (to != ColumnType::kBytea) return nullptr;
      return std::make_unique<TextWriter<arrow::BinaryArray, TextForm::kBytes>>();
    case arrow::Type::DATE32: return to == ColumnType::kDate ? std::make_unique<DateWriter>() : nullptr;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP: return MakeTime(from, to);
    case arrow::Type::FIXED_SIZE_BINARY: {
      const int width = static_cast<const arrow::FixedSizeBinaryType&>(from).byte_width();
      return to == ColumnType::kUuid && width == 16 ? std::make_unique<UuidWriter>() : nullptr;
    }
    default: return nullptr;
  }
}

/// Values of an extension type (JSON, UUID) are those of its storage.
class StorageWriter final : public FieldWriter {
 public:
  explicit StorageWriter(Made inner) : inner_(std::move(inner)) {}
  void SetArray(const arrow::Array& array) override {
    storage_ = static_cast<const arrow::ExtensionArray&>(array).storage();
    inner_->SetArray(*storage_);
  }
  const char* Append(std::int64_t row, CopyBytes& out) override { return inner_->Append(row, out); }

 private:
  Made inner_;
  std::shared_ptr<arrow::Array> storage_;
};

}  // namespace

core::Result<std::unique_ptr<FieldWriter>> MakeFieldWriter(const arrow::DataType& from, ColumnType to) {
  Made made;
  if (from.id() == arrow::Type::EXTENSION) {
    made = Make(*static_cast<const arrow::ExtensionType&>(from).storage_type(), to);
    if (made != nullptr) made = std::make_unique<StorageWriter>(std::move(made));
  } else {
    made = Make(from, to);
  }
  if (made != nullptr) return made;
  return core::Unsupported(
      fmt::format("{} does not go into PostgreSQL's type {}", from.ToString(), static_cast<std::uint32_t>(to)));
}

}  // namespace sluice::postgres
