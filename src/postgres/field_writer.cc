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
#include <vector>

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

/// Length and value of a field of fixed width; returns its end.
template <typename Value>
char* PutFixed(Value value, char* field) {
  using Bits =
      std::conditional_t<sizeof(Value) == 8, std::uint64_t,
                         std::conditional_t<sizeof(Value) == 4, std::uint32_t,
                                            std::conditional_t<sizeof(Value) == 2, std::uint16_t, std::uint8_t>>>;
  const Bits bits = BigEndian(std::bit_cast<Bits>(value));
  WriteLength(sizeof(Value), field);
  std::memcpy(field + 4, &bits, sizeof(Value));
  return field + 4 + sizeof(Value);
}

/// memcpy, without a call for the short texts that most are.
char* PutBytes(std::string_view bytes, char* at) {
  const char* const from = bytes.data();
  const std::size_t size = bytes.size();
  if (size > 16) {
    std::memcpy(at, from, size);
  } else if (size >= 8) {
    std::memcpy(at, from, 8);
    std::memcpy(at + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(at, from, 4);
    std::memcpy(at + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) at[i] = from[i];
  }
  return at + size;
}

/// The part that all writers share. `Values` is an Arrow array class.
template <typename Values>
class WriterOf : public FieldWriter {
 public:
  void SetArray(const arrow::Array& array) override {
    values_ = static_cast<const Values*>(&array);
    valid_ = array.null_count() > 0 ? array.null_bitmap_data() : nullptr;
  }

 protected:
  /// `size` is a function of the row's number.
  template <typename Size>
  void AddEach(std::int64_t begin, std::span<std::size_t> sizes, const Size& size) const {
    const Validity validity = ValidityFrom(begin);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sizes[i] += validity.IsNull(i) ? 4 : size(begin + static_cast<std::int64_t>(i));
    }
  }
  /// `put` takes the row's number and where its field goes; it moves that behind the field, or returns a refusal.
  /// What it needs of the array it holds itself: bytes written through a char* could be the writer's members.
  template <typename Put>
  const char* WriteEach(std::int64_t begin, std::span<char*> ends, std::size_t& refused, const Put& put) const {
    const Validity validity = ValidityFrom(begin);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      char* end = ends[i];
      if (validity.IsNull(i)) {
        std::memset(end, 0xff, 4);
        ends[i] = end + 4;
        continue;
      }
      const char* const refusal = put(begin + static_cast<std::int64_t>(i), end);
      if (refusal != nullptr) {
        refused = i;
        return refusal;
      }
      ends[i] = end;
    }
    return nullptr;
  }

  const Values* values_ = nullptr;

 private:
  struct Validity {
    const std::uint8_t* bits;
    std::int64_t begin;
    bool IsNull(std::size_t i) const {
      if (bits == nullptr) return false;
      const auto bit = static_cast<std::uint64_t>(begin) + i;
      return ((bits[bit >> 3] >> (bit & 7)) & 1) == 0;
    }
  };
  Validity ValidityFrom(std::int64_t begin) const { return {valid_, values_->offset() + begin}; }

  const std::uint8_t* valid_ = nullptr;  // null: no NULLs
};

/// A number as another that holds it.
template <typename Values, typename To>
class NumberWriter final : public WriterOf<Values> {
 public:
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    this->AddEach(begin, sizes, [](std::int64_t) { return 4 + sizeof(To); });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    return this->WriteEach(begin, ends, refused, [raw = this->values_->raw_values()](std::int64_t row, char*& end) {
      end = PutFixed(static_cast<To>(raw[row]), end);
      return nullptr;
    });
  }
};

class BoolWriter final : public WriterOf<arrow::BooleanArray> {
 public:
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    AddEach(begin, sizes, [](std::int64_t) { return std::size_t{5}; });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    return WriteEach(begin, ends, refused, [values = values_](std::int64_t row, char*& end) {
      end = PutFixed(static_cast<std::uint8_t>(values->Value(row) ? 1 : 0), end);
      return nullptr;
    });
  }
};

/// Numerics are made when their sizes are asked for, and kept until they are written.
template <typename Values>
class NumericWriter : public WriterOf<Values> {
 public:
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) final {
    begin_ = begin;
    fields_.resize(sizes.size());
    this->AddEach(begin, sizes, [this](std::int64_t row) {
      Field& field = fields_[static_cast<std::size_t>(row - begin_)];
      const std::size_t size = WriteNumeric(Units(row), scale_, field.bytes + 4);
      WriteLength(size, field.bytes);
      return field.size = 4 + size;
    });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) final {
    return this->WriteEach(begin, ends, refused, [this](std::int64_t row, char*& end) {
      const Field& field = fields_[static_cast<std::size_t>(row - begin_)];
      end = PutBytes({field.bytes, field.size}, end);
      return nullptr;
    });
  }

 protected:
  explicit NumericWriter(int scale) : scale_(scale) {}
  virtual Int128 Units(std::int64_t row) const = 0;

 private:
  struct Field {
    std::size_t size = 0;
    char bytes[4 + kNumericBytesMax];
  };

  int scale_;
  std::int64_t begin_ = 0;
  std::vector<Field> fields_;  // of the rows from begin_
};

template <typename Values>
class IntegerAsNumericWriter final : public NumericWriter<Values> {
 public:
  IntegerAsNumericWriter() : NumericWriter<Values>(0) {}

 private:
  Int128 Units(std::int64_t row) const override { return static_cast<Int128>(this->values_->Value(row)); }
};

class DecimalWriter final : public NumericWriter<arrow::Decimal128Array> {
 public:
  explicit DecimalWriter(int scale) : NumericWriter(scale) {}

 private:
  Int128 Units(std::int64_t row) const override {
    const arrow::Decimal128 value(values_->GetValue(row));
    const auto high = static_cast<Int128>(value.high_bits()) * (static_cast<Int128>(1) << 64);
    return high + static_cast<Int128>(value.low_bits());
  }
};

enum class TextForm : std::uint8_t { kText, kJsonb, kBytes };

template <typename Values, TextForm Form>
class TextWriter final : public WriterOf<Values> {
 public:
  void SetArray(const arrow::Array& array) override {
    WriterOf<Values>::SetArray(array);
    const Texts texts(*this->values_);
    may_have_nul_ = Form != TextForm::kBytes && HasNul(texts.All(array.length()));
  }
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    // What is too long is refused when it is to be written.
    this->AddEach(begin, sizes, [texts = Texts(*this->values_)](std::int64_t row) {
      const std::size_t size = texts.At(row).size();
      return size >= kFieldBytesMax ? kBefore : kBefore + size;
    });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    const auto put = [texts = Texts(*this->values_), check = may_have_nul_](std::int64_t row,
                                                                            char*& end) -> const char* {
      const std::string_view text = texts.At(row);
      if (check && HasNul(text)) return "PostgreSQL has no text with a NUL character";
      if (text.size() >= kFieldBytesMax) return "PostgreSQL has no field of 1 GiB or more";
      WriteLength(kBefore - 4 + text.size(), end);
      if (Form == TextForm::kJsonb) end[4] = '\1';  // the version of its form
      end = PutBytes(text, end + kBefore);
      return nullptr;
    };
    return this->WriteEach(begin, ends, refused, put);
  }

 private:
  static constexpr std::size_t kFieldBytesMax = (std::size_t{1} << 30) - 1024;
  static constexpr std::size_t kBefore = Form == TextForm::kJsonb ? 5 : 4;

  /// An array's texts, by value.
  struct Texts {
    explicit Texts(const Values& values)
        : offsets(values.raw_value_offsets()), bytes(reinterpret_cast<const char*>(values.raw_data())) {}
    std::string_view At(std::int64_t row) const {
      return {bytes + offsets[row], static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
    }
    std::string_view All(std::int64_t rows) const {
      if (rows == 0) return {};
      return {bytes + offsets[0], static_cast<std::size_t>(offsets[rows] - offsets[0])};
    }
    const typename Values::offset_type* offsets;
    const char* bytes;
  };

  static bool HasNul(std::string_view bytes) {
    return !bytes.empty() && std::memchr(bytes.data(), 0, bytes.size()) != nullptr;
  }

  bool may_have_nul_ = false;
};

class UuidWriter final : public WriterOf<arrow::FixedSizeBinaryArray> {
 public:
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    AddEach(begin, sizes, [](std::int64_t) { return std::size_t{20}; });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    return WriteEach(begin, ends, refused, [values = values_](std::int64_t row, char*& end) {
      WriteLength(16, end);
      std::memcpy(end + 4, values->GetValue(row), 16);
      end += 20;
      return nullptr;
    });
  }
};

class DateWriter final : public WriterOf<arrow::Date32Array> {
 public:
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    AddEach(begin, sizes, [](std::int64_t) { return std::size_t{8}; });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    const auto put = [raw = values_->raw_values()](std::int64_t row, char*& end) -> const char* {
      constexpr std::int64_t kEpochDays = 10957;  // from 1970-01-01 to 2000-01-01
      constexpr std::int64_t kDaysMin = -2451545;
      constexpr std::int64_t kDaysMax = 2145031948;
      const std::int64_t days = std::int64_t{raw[row]} - kEpochDays;
      if (days < kDaysMin || days > kDaysMax) return "PostgreSQL has no such date";
      end = PutFixed(static_cast<std::int32_t>(days), end);
      return nullptr;
    };
    return WriteEach(begin, ends, refused, put);
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
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    this->AddEach(begin, sizes, [](std::int64_t) { return std::size_t{12}; });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    const auto put = [raw = this->values_->raw_values(), unit = unit_](std::int64_t row, char*& end) -> const char* {
      constexpr std::int64_t kDay = 86'400'000'000;
      std::int64_t micros = 0;
      if (!unit.From(raw[row], micros)) return "PostgreSQL keeps microseconds, this value has more";
      if (micros < 0 || micros > kDay) return "PostgreSQL has no such time of day";
      end = PutFixed(micros, end);
      return nullptr;
    };
    return this->WriteEach(begin, ends, refused, put);
  }

 private:
  Microseconds unit_;
};

class TimestampWriter final : public WriterOf<arrow::TimestampArray> {
 public:
  explicit TimestampWriter(arrow::TimeUnit::type unit) : unit_(Microseconds::Of(unit)) {}
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override {
    AddEach(begin, sizes, [](std::int64_t) { return std::size_t{12}; });
  }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    const auto put = [raw = values_->raw_values(), unit = unit_](std::int64_t row, char*& end) -> const char* {
      constexpr std::int64_t kEpoch = 946'684'800'000'000;  // from 1970 to 2000
      constexpr std::int64_t kMin = -211'813'488'000'000'000;
      constexpr std::int64_t kEnd = 9'223'371'331'200'000'000;
      std::int64_t micros = 0;
      if (!unit.From(raw[row], micros)) return "PostgreSQL keeps microseconds, this value has more";
      if (__builtin_sub_overflow(micros, kEpoch, &micros) || micros < kMin || micros >= kEnd) {
        return "PostgreSQL has no such timestamp";
      }
      end = PutFixed(micros, end);
      return nullptr;
    };
    return WriteEach(begin, ends, refused, put);
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
  void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) override { inner_->AddSizes(begin, sizes); }
  const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) override {
    return inner_->Write(begin, ends, refused);
  }

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
