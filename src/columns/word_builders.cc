#include <array>

#include "columns/builder_families.h"
#include "columns/fixed_builder.h"
#include "columns/hex.h"
#include "schema/arrow_mapping.h"

namespace sluice::columns {
namespace {

/// "true", "false", "t", "f" in any case, "1" and "0". 0, 1, or −1 for anything else.
int ParseBool(std::string_view text) {
  const auto is = [text](std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < lower.size(); ++i) {
      if ((text[i] | 0x20) != lower[i]) return false;
    }
    return true;
  };
  if (text == "1" || is("true") || is("t")) return 1;
  return text == "0" || is("false") || is("f") ? 0 : -1;
}

/// One bit per value.
class BoolBuilder final : public ScalarBuilder {
 public:
  explicit BoolBuilder(arrow::MemoryPool* pool) : bits_(pool), nulls_(pool) {}

  core::Status Reserve(std::size_t rows) override {
    if (!EnsureRows(rows_ + rows)) return bits_.TakeStatus();
    return core::Ok();
  }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    if (!EnsureRows(rows_ + texts.size())) return 0;  // Finish tells
    std::size_t fault_count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i, ++rows_) {
      const bool given = texts[i].data() != nullptr;
      const int value = given ? ParseBool(texts[i]) : 0;
      PutBit(value > 0);
      if (given && value >= 0) continue;
      nulls_.Set(rows_);
      if (!given) continue;
      ++fault_count;
      if (faults[i] == Fault::kNone) faults[i] = Fault::kNotAValue;
    }
    return fault_count;
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override {
    const std::size_t rows = std::exchange(rows_, 0);
    const std::int64_t null_count = nulls_.count();
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> validity, nulls_.Finish(rows));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> values,
                            bits_.Finish(static_cast<std::int64_t>((rows + 7) / 8)));
    return arrow::MakeArray(arrow::ArrayData::Make(arrow::boolean(), static_cast<std::int64_t>(rows),
                                                   {std::move(validity), std::move(values)}, null_count));
  }

 private:
  bool EnsureRows(std::size_t rows) { return bits_.EnsureBytes(static_cast<std::int64_t>(rows / 8 + 1)); }

  void PutBit(bool value) {
    std::uint8_t& byte = bits_.data()[rows_ / 8];
    const std::size_t place = rows_ % 8;
    const std::uint8_t before = place == 0 ? std::uint8_t{0} : byte;  // a byte is cleared when it is begun
    byte = static_cast<std::uint8_t>(before | (value ? 1U << place : 0U));
  }

  GrowingBuffer bits_;
  NullBits nulls_;
  std::size_t rows_ = 0;
};

/// "01234567-89ab-cdef-0123-456789abcdef", either case.
struct UuidParser {
  using Value = std::array<std::uint8_t, 16>;

  Fault Parse(std::string_view text, Value* value) const {
    constexpr std::string_view kShape = "00000000-0000-0000-0000-000000000000";
    if (text.size() != kShape.size()) return Fault::kNotAValue;
    std::size_t nibbles = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (kShape[i] == '-') {
        if (text[i] != '-') return Fault::kNotAValue;
        continue;
      }
      const int digit = HexDigit(text[i]);
      if (digit < 0) return Fault::kNotAValue;
      std::uint8_t& byte = (*value)[nibbles++ / 2];
      byte = static_cast<std::uint8_t>((byte << 4) | digit);
    }
    return Fault::kNone;
  }
};

}  // namespace

core::Result<std::unique_ptr<ScalarBuilder>> MakeWordBuilder(const schema::ColumnSpec& column,
                                                             const Constraints& constraints, arrow::MemoryPool* pool) {
  if (column.field.type.kind == schema::TypeKind::kUuid) {
    return MakeFixedBuilder(schema::ToArrow(column.field.type), UuidParser(), constraints, column.field.name, pool);
  }
  if (constraints.has_bounds()) {
    return core::InvalidInput(fmt::format("column '{}': min, max and one_of are not for bool", column.field.name));
  }
  return std::unique_ptr<ScalarBuilder>(std::make_unique<BoolBuilder>(pool));
}

}  // namespace sluice::columns
