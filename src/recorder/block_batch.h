#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "recorder/record_schema.h"
#include "recorder/ring.h"
#include "recorder/symbol_table.h"
#include "recorder/tick_clock.h"

namespace sluice::recorder {

/// Turns rows of blocks into the columns of the file: texts out of their arenas, symbols and stamps resolved, derived
/// columns made. Threads: one owner.
class BlockBatch {
 public:
  /// Borrows what it is given. `ticks`: stamps are the processor's.
  BlockBatch(const RecordSchema& schema, const SymbolTable& symbols, const TickClock* ticks, arrow::MemoryPool* pool);

  /// One batch of the rows of `block`, copied. Corruption when a text does not lie in its block's arena.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Make(const BlockRows& block) const;

 private:
  core::Result<std::shared_ptr<arrow::Array>> MakeColumn(std::size_t column, const BlockRows& block) const;
  core::Result<std::shared_ptr<arrow::Array>> MakeTexts(std::size_t column, const BlockRows& block) const;
  core::Result<std::shared_ptr<arrow::Array>> MakeTimes(std::size_t column, const BlockRows& block) const;
  core::Result<std::shared_ptr<arrow::Array>> MakeDerived(
      const DerivedColumn& derived, const std::vector<std::shared_ptr<arrow::Array>>& columns) const;
  struct Validity {
    std::shared_ptr<arrow::Buffer> bits = nullptr;  // nullptr: no null
    std::int64_t nulls = 0;
  };
  core::Result<Validity> MakeValidity(std::size_t column, const BlockRows& block) const;
  core::Status CheckTexts(std::size_t column, const BlockRows& block) const;
  std::string_view TextAt(std::size_t column, const BlockRows& block, std::uint32_t row) const;
  bool IsNull(std::size_t column, const BlockRows& block, std::uint32_t row) const;

  const RecordSchema& schema_;
  const SymbolTable& symbols_;
  const TickClock* ticks_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Schema> file_schema_;
  recording::LayoutView layout_ = {};
  std::vector<std::uint32_t> values_, validity_;
};

}  // namespace sluice::recorder
