#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "columns/fixed_builder.h"
#include "columns/row_reader.h"
#include "columns/scalar_builder.h"
#include "core/result.h"
#include "csv/chunk.h"
#include "csv/column_plan.h"
#include "csv/field_gather.h"
#include "csv/record_index.h"
#include "csv/reject_builder.h"

namespace sluice::csv {

/// Makes typed rows of chunks: tile by tile, and within a tile column by column.
///
/// Threads: one at a time; used again for chunk after chunk.
class ChunkParser {
 public:
  /// InvalidInput when a column's formats, default or constraints are malformed. Borrows `plan`, which outlives this.
  static core::Result<std::unique_ptr<ChunkParser>> Make(const ColumnPlan& plan, std::string source,
                                                         const IndexOptions& options, const ScanKernel& kernel,
                                                         std::shared_ptr<arrow::Schema> schema,
                                                         arrow::MemoryPool* pool);
  core::Result<columns::RowBatch> Parse(const Chunk& chunk);

 private:
  ChunkParser(const ColumnPlan& plan, std::string source, const IndexOptions& options, const ScanKernel& kernel,
              std::shared_ptr<arrow::Schema> schema, arrow::MemoryPool* pool);

  void ParseTile(const char* text);
  void AppendColumn(const char* text, std::size_t column);
  void RejectFaults();
  core::Result<std::shared_ptr<arrow::RecordBatch>> FinishRows();

  const ColumnPlan& plan_;
  std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* pool_;
  RecordIndex index_;
  FieldGather gather_;
  RejectBuilder rejects_;
  std::vector<std::unique_ptr<columns::ScalarBuilder>> builders_;
  std::vector<columns::PaddedText> constants_;  ///< per column; "" where there is none
  std::vector<std::string_view> repeated_;
  std::vector<columns::Fault> faults_;        ///< per row of the tile
  std::vector<std::uint32_t> fault_columns_;  ///< the first one with a fault, per row of the tile
  bool tile_has_faults_ = false;
  std::size_t rows_ = 0;
  std::vector<std::uint8_t> removed_;  ///< per row of the chunk, as far as the last fault
};

}  // namespace sluice::csv
