#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "json/flat_run.h"
#include "json/leaf_column.h"
#include "json/object_reader.h"

namespace sluice::json {

/// Reads runs of flat records into columns, one column after the other. Threads: one at a time.
class RunReader {
 public:
  /// `column` gets its values from elsewhere, even when no key fills it.
  void LeaveOut(const Column* column) { left_out_.push_back(column); }
  /// Read some of `records`, from the first on, at which the cursor is, as rows `row`, `row` + 1, …: those with the
  /// keys that `reader` met last, in its order. `columns` are the reader's; those without a key get NULL, or the
  /// default. Returns how many; what others there are is left to the reader, and to say what is wrong with them.
  std::size_t Read(Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records,
                   std::uint32_t row, const ObjectReader& reader, std::span<const std::unique_ptr<Column>> columns,
                   RecordContext& context);

 private:
  /// Where the values of one key go.
  struct Member {
    const KeyText* key;
    LeafColumn* column;  // nullptr: nowhere
  };

  bool Plan(const ObjectReader& reader, std::span<const std::unique_ptr<Column>> columns);
  bool PlanMembers(std::span<ObjectReader::Member* const> order);
  bool PlanMissing(std::span<const std::unique_ptr<Column>> columns);
  std::size_t ReadMembers(RecordContext& context);

  std::vector<const Column*> left_out_;
  FlatRun run_;
  std::vector<Member> members_;       // by the place of their keys
  std::vector<LeafColumn*> missing_;  // columns that none of them fills
  std::vector<Column*> missing_nested_;
  bool planned_ = false;  // for the order and the number of members below
  std::uint64_t order_version_ = 0;
  std::size_t order_members_ = 0;
  std::vector<std::string_view> passed_over_;  // values of keys without a column
};

}  // namespace sluice::json
