#pragma once

#include <parquet/types.h>

#include <optional>
#include <string>

#include "parquet/page_compressor.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// How the pages of one leaf column are made, and what that is expected to cost.
struct ColumnLayout {
  ::parquet::Encoding::type encoding =
      ::parquet::Encoding::PLAIN;  ///< without a dictionary; else what it falls back to
  bool dictionary = false;
  bool compressed = true;         ///< false when the codec gains too little to be worth its time
  std::optional<int> level = {};  ///< of the codec, where a lower one than asked does as well
  bool entropy_only = false;      ///< see PageCodec
  double encoded_bytes_per_value = 8;
  double distinct_ratio = 1;  ///< of the sampled values; 1 = no value twice
  std::string reason = {};

  Encoding house_encoding() const;
  /// How pages are compressed where `asked` is the file's codec.
  PageCodec page_codec(const CodecSpec& asked) const;
};

/// "plain", "dict", "delta", "prefix-delta", "bss".
std::string FormatLayout(const ColumnLayout& layout);

/// The delta encoding that fits a physical type; UNDEFINED when there is none.
::parquet::Encoding::type DeltaEncodingFor(::parquet::Type::type type);
/// True when `encoding` can be asked for a column of `type`.
bool Fits(Encoding encoding, ::parquet::Type::type type);

}  // namespace sluice::parquet
