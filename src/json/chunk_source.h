#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "columns/line_chunker.h"
#include "core/result.h"
#include "json/json_options.h"
#include "storage/byte_stream.h"

namespace sluice::json {

/// Chunks of whole records. Threads: one at a time.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual core::Result<std::optional<columns::TextChunk>> Next() = 0;
  /// An object whose members every record inherits; "" when there is none.
  virtual std::string_view inherited() const { return {}; }
  /// True when records are lines, to be found with columns::FindLines by whoever works on the chunk.
  virtual bool by_lines() const = 0;
};

/// Look at the first bytes and choose how to cut. `records` is TableSpec::records, `source` the input's name in errors.
/// An input of nothing but white space has no records.
core::Result<std::unique_ptr<ChunkSource>> OpenChunks(std::unique_ptr<storage::ByteStream> stream,
                                                      const std::string& source, const JsonOptions& options,
                                                      const std::string& records, arrow::MemoryPool* pool);

}  // namespace sluice::json
