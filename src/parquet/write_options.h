#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/byte_size.h"
#include "core/result.h"

namespace sluice::parquet {

enum class Codec : std::uint8_t { kNone, kSnappy, kLz4, kGzip, kZstd };

struct CodecSpec {
  Codec codec = Codec::kZstd;
  std::optional<int> level = {};  ///< zstd 1..22 (3), gzip 1..9 (6); empty for the others

  bool operator==(const CodecSpec& other) const = default;
};

/// Read "zstd:3", "snappy", "lz4", "gzip:6", "none".
core::Result<CodecSpec> ParseCodec(std::string_view text);
std::string FormatCodec(const CodecSpec& codec);

enum class Encoding : std::uint8_t { kPlain, kDictionary, kDelta, kByteStreamSplit };

core::Result<Encoding> ParseEncoding(std::string_view text);  ///< "plain", "dict", "delta", "bss"
std::string_view FormatEncoding(Encoding encoding);

/// How a Parquet file is laid out. Every member has a sensible default; Validate() once before use.
struct WriteOptions {
  CodecSpec codec = {};
  /// A row group is closed once its encoded (not yet compressed) data reaches this.
  std::uint64_t row_group_bytes_max = 128 * core::kMiB;
  std::uint64_t row_group_rows_max = 16 * 1024 * 1024;
  std::uint64_t page_bytes_max = core::kMiB;
  std::uint32_t page_rows_max = 20'000;
  /// Columns with a bloom filter.
  std::vector<std::string> bloom_columns = {};
  /// Column → encoding; columns that are not named are chosen from the data.
  std::vector<std::pair<std::string, Encoding>> encodings = {};
  /// Choose BYTE_STREAM_SPLIT where it pays. Spark's reader does not know it, and others know it for floats only.
  bool byte_streams = true;
  /// Columns the rows are sorted by, ascending; written as sorting_columns.
  std::vector<std::string> sorted_by = {};
  /// Key-value metadata of the file ("sluice.version", "sluice.source", "sluice.schema").
  std::vector<std::pair<std::string, std::string>> metadata = {};

  core::Status Validate() const;
};

}  // namespace sluice::parquet
