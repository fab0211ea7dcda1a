#include <cstring>
#include <limits>

#include "columns/builder_families.h"
#include "columns/fixed_builder.h"
#include "columns/hex.h"
#include "columns/json_text.h"
#include "columns/utf8.h"
#include "schema/arrow_mapping.h"

namespace sluice::columns {
namespace {

/// True when every one of `texts`, laid end to end in `bytes`, is UTF-8: the whole is, and none starts inside a
/// character.
bool AllUtf8(std::string_view bytes, std::span<const std::string_view> texts) {
  if (!IsUtf8(bytes)) return false;
  for (const std::string_view text : texts) {
    if (!text.empty() && IsContinuation(text.front())) return false;
  }
  return true;
}

/// The memory of a column of texts: offsets and bytes.
class TextColumn {
 public:
  TextColumn(std::shared_ptr<arrow::DataType> type, arrow::MemoryPool* pool)
      : type_(std::move(type)), offsets_(pool), bytes_(pool), nulls_(pool) {}

  core::Status Reserve(std::size_t rows) {
    if (!EnsureRows(rows_ + rows)) return offsets_.TakeStatus();
    return core::Ok();
  }

  /// Room for all of `texts`. False when memory is missing or the column would pass 2 GiB; Finish tells.
  bool EnsureRoom(std::span<const std::string_view> texts) {
    std::size_t bytes = 0;
    for (const std::string_view text : texts) bytes += text.size();
    if (bytes > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max() - size_)) {
      full_ = true;
      return false;
    }
    return EnsureRows(rows_ + texts.size()) &&
           bytes_.EnsureBytes(size_ + static_cast<std::int64_t>(bytes) + kCopyBytes);
  }

  /// Copy one text; there is room. Most texts are short: 16 bytes are always copied, whatever stands behind the text.
  void Put(std::string_view text) {
    std::uint8_t* const to = bytes_.data() + size_;
    if (text.size() <= kCopyBytes) {
      std::memcpy(to, text.data(), kCopyBytes);
    } else {
      std::memcpy(to, text.data(), text.size());
    }
    PutOffset(text.size());
  }
  void PutNull() {
    nulls_.Set(rows_);
    PutOffset(0);
  }
  void PutByte(std::uint8_t byte, std::size_t place) { bytes_.data()[size_ + static_cast<std::int64_t>(place)] = byte; }
  void PutOffset(std::size_t bytes) {
    size_ += static_cast<std::int32_t>(bytes);
    ++rows_;
    reinterpret_cast<std::int32_t*>(offsets_.data())[rows_] = size_;
  }
  /// Make a row NULL that was put; its bytes become spaces, so that the whole stays UTF-8.
  void MakeNull(std::size_t row) {
    nulls_.Set(row);
    const std::int32_t* const offsets = reinterpret_cast<const std::int32_t*>(offsets_.data());
    std::memset(bytes_.data() + offsets[row], ' ', static_cast<std::size_t>(offsets[row + 1] - offsets[row]));
  }

  std::size_t rows() const { return rows_; }
  std::int32_t size() const { return size_; }
  std::string_view BytesFrom(std::int32_t begin) {
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, static_cast<std::size_t>(size_ - begin)};
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() {
    const std::size_t rows = std::exchange(rows_, 0);
    const std::int32_t size = std::exchange(size_, 0);
    const std::int64_t null_count = nulls_.count();
    if (std::exchange(full_, false)) {
      return core::LimitExceeded("a batch holds more than 2 GiB of text in one column");
    }
    if (!EnsureRows(rows)) return offsets_.TakeStatus().error();
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> validity, nulls_.Finish(rows));
    reinterpret_cast<std::int32_t*>(offsets_.data())[0] = 0;
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets,
                            offsets_.Finish(static_cast<std::int64_t>((rows + 1) * sizeof(std::int32_t))));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes, bytes_.Finish(size));
    return arrow::MakeArray(arrow::ArrayData::Make(type_, static_cast<std::int64_t>(rows),
                                                   {std::move(validity), std::move(offsets), std::move(bytes)},
                                                   null_count));
  }

 private:
  static constexpr std::int32_t kCopyBytes = kTextPadding;

  bool EnsureRows(std::size_t rows) {
    return offsets_.EnsureBytes(static_cast<std::int64_t>((rows + 1) * sizeof(std::int32_t)));
  }

  std::shared_ptr<arrow::DataType> type_;
  GrowingBuffer offsets_;  ///< int32, one more than rows
  GrowingBuffer bytes_;
  NullBits nulls_;
  std::size_t rows_ = 0;
  std::int32_t size_ = 0;
  bool full_ = false;
};

class StringBuilder final : public ScalarBuilder {
 public:
  explicit StringBuilder(arrow::MemoryPool* pool) : column_(arrow::utf8(), pool) {}

  core::Status Reserve(std::size_t rows) override { return column_.Reserve(rows); }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    if (!column_.EnsureRoom(texts)) return 0;
    const std::int32_t begin = column_.size();
    const std::size_t first_row = column_.rows();
    for (const std::string_view text : texts) {
      if (text.data() != nullptr) [[likely]] {
        column_.Put(text);
      } else {
        column_.PutNull();
      }
    }
    if (AllUtf8(column_.BytesFrom(begin), texts)) [[likely]]
      return 0;
    std::size_t fault_count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (IsUtf8(texts[i])) continue;
      column_.MakeNull(first_row + i);
      ++fault_count;
      if (faults[i] == Fault::kNone) faults[i] = Fault::kInvalidUtf8;
    }
    return fault_count;
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override { return column_.Finish(); }

 private:
  TextColumn column_;
};

class JsonBuilder final : public ScalarBuilder {
 public:
  JsonBuilder(std::shared_ptr<arrow::DataType> type, arrow::MemoryPool* pool) : column_(std::move(type), pool) {}

  core::Status Reserve(std::size_t rows) override { return column_.Reserve(rows); }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    if (!column_.EnsureRoom(texts)) return 0;
    std::size_t fault_count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const bool given = texts[i].data() != nullptr;
      const Fault fault = given ? Check(texts[i]) : Fault::kNone;
      if (given && fault == Fault::kNone) {
        column_.Put(texts[i]);
        continue;
      }
      column_.PutNull();
      if (fault == Fault::kNone) continue;
      ++fault_count;
      if (faults[i] == Fault::kNone) faults[i] = fault;
    }
    return fault_count;
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override { return column_.Finish(); }

 private:
  static Fault Check(std::string_view text) {
    if (!IsUtf8(text)) return Fault::kInvalidUtf8;
    return IsJson(text) ? Fault::kNone : Fault::kNotAValue;
  }

  TextColumn column_;
};

/// Bytes as they stand; a text that starts with \x is hexadecimal, as PostgreSQL writes it.
class BinaryBuilder final : public ScalarBuilder {
 public:
  explicit BinaryBuilder(arrow::MemoryPool* pool) : column_(arrow::binary(), pool) {}

  core::Status Reserve(std::size_t rows) override { return column_.Reserve(rows); }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    if (!column_.EnsureRoom(texts)) return 0;
    std::size_t fault_count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts[i];
      if (text.data() == nullptr) {
        column_.PutNull();
      } else if (!text.starts_with("\\x")) {
        column_.Put(text);
      } else if (!PutHex(text.substr(2))) {
        column_.PutNull();
        ++fault_count;
        if (faults[i] == Fault::kNone) faults[i] = Fault::kNotAValue;
      }
    }
    return fault_count;
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override { return column_.Finish(); }

 private:
  bool PutHex(std::string_view digits) {
    if (digits.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      const int high = HexDigit(digits[i]);
      const int low = HexDigit(digits[i + 1]);
      if (high < 0 || low < 0) return false;
      column_.PutByte(static_cast<std::uint8_t>(high << 4 | low), i / 2);
    }
    column_.PutOffset(digits.size() / 2);
    return true;
  }

  TextColumn column_;
};

}  // namespace

core::Result<std::unique_ptr<ScalarBuilder>> MakeTextBuilder(const schema::ColumnSpec& column, const Constraints&,
                                                             arrow::MemoryPool* pool) {
  switch (column.field.type.kind) {
    case schema::TypeKind::kString: return std::unique_ptr<ScalarBuilder>(std::make_unique<StringBuilder>(pool));
    case schema::TypeKind::kBinary: return std::unique_ptr<ScalarBuilder>(std::make_unique<BinaryBuilder>(pool));
    default:
      return std::unique_ptr<ScalarBuilder>(std::make_unique<JsonBuilder>(schema::ToArrow(column.field.type), pool));
  }
}

}  // namespace sluice::columns
