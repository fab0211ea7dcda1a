#pragma once

#include <arrow/type_fwd.h>
#include <parquet/bloom_filter.h>
#include <parquet/schema.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "encoding/byte_buffer.h"
#include "parquet/column_layout.h"
#include "parquet/leaf_statistics.h"

namespace sluice::parquet {

/// The values of one leaf column in a row group: gathers those of a page, then encodes them; knows no NULLs.
///
/// Order: (Append* EncodePage)* [EncodeDictionary]. Threads: one at a time.
class ColumnValues {
 public:
  virtual ~ColumnValues() = default;
  /// `bloom`, which may be nullptr, is told every value.
  static core::Result<std::unique_ptr<ColumnValues>> Make(const ::parquet::ColumnDescriptor& column,
                                                          const ColumnLayout& layout, ::parquet::BloomFilter* bloom);

  /// Take the slots [begin, end) of `values` that are not NULL.
  virtual core::Status Append(const arrow::Array& values, std::int64_t begin, std::int64_t end) = 0;
  /// How many of the slots from `begin` to `end` have at most `bytes` in all.
  virtual std::int64_t Fitting(const arrow::Array& values, std::int64_t begin, std::int64_t end,
                               std::int64_t bytes) const = 0;
  /// Bytes of the values gathered for the page at hand.
  virtual std::int64_t gathered_bytes() const = 0;

  struct Page {
    ::parquet::Encoding::type encoding = ::parquet::Encoding::PLAIN;
    std::optional<EncodedBounds> bounds;  // none with NaN among the values
  };
  /// Append the gathered values, encoded, and begin the next page.
  virtual Page EncodePage(encoding::ByteBuffer& out) = 0;
  /// Of all pages encoded.
  virtual std::optional<EncodedBounds> bounds() const = 0;
  /// NaN was among them.
  virtual bool has_nan() const { return false; }

  /// The dictionary that encoded pages refer to; 0 when none does.
  virtual std::int64_t dictionary_size() const = 0;
  virtual std::int64_t dictionary_bytes() const = 0;
  virtual void EncodeDictionary(encoding::ByteBuffer& out) = 0;
};

}  // namespace sluice::parquet
