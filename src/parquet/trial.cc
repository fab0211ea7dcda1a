#include "parquet/trial.h"

#include <cstdint>
#include <limits>

#include "parquet/column_chunk.h"

namespace sluice::parquet {

core::Result<TrialSizes> WeighLayout(const ::parquet::ColumnDescriptor& column, const LeafColumn& sample,
                                     const ColumnLayout& layout, const CodecSpec& codec, PageCompressor& compressor,
                                     arrow::MemoryPool* pool) {
  constexpr std::int64_t kOnePage = std::numeric_limits<std::int32_t>::max() / 4;
  const ChunkOptions options{.codec = layout.page_codec(codec), .page_rows_max = kOnePage, .page_bytes_max = kOnePage};
  SLUICE_ASSIGN_OR_RETURN(const auto chunk, ColumnChunk::Make(column, layout, options, nullptr, pool));
  SLUICE_TRY(chunk->Append(sample, compressor));
  SLUICE_TRY(chunk->Finish(compressor));
  return TrialSizes{.encoded = static_cast<double>(chunk->bytes_before_codec()),
                    .compressed = static_cast<double>(chunk->data().size()),
                    .dictionary_compressed = static_cast<double>(chunk->dictionary().size())};
}

}  // namespace sluice::parquet
