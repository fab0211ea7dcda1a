#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::json {

/// How records lie in the input.
enum class Layout : std::uint8_t {
  kAuto,      ///< by the first bytes: an array, or lines when the first line is a whole object and more follows
  kLines,     ///< NDJSON: one object per line
  kDocument,  ///< an array of objects, or objects one after the other, whatever their lines
};

struct JsonOptions {
  Layout layout = Layout::kAuto;
  /// Text that one task parses; batches have its size. Part of what decides the output's bytes.
  std::size_t chunk_bytes = std::size_t{4} << 20;
  /// A longer record is rejected.
  std::size_t record_bytes_max = std::size_t{64} << 20;
  /// A longer document is refused when `records` names an array inside it: such a document is held in memory.
  std::size_t document_bytes_max = std::size_t{1} << 30;
  /// Keys of records, when inferring.
  std::size_t columns_max = 10'000;
  /// Keys of an object below the record, when inferring; more make it JSON text.
  std::size_t members_max = 1000;
  /// Set it for a schema that was inferred: what is of several kinds became text, and text then takes numbers, bools,
  /// objects and arrays as they stand. A declared text column takes strings only.
  bool text_takes_any_value = false;
};

}  // namespace sluice::json
