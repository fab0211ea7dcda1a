#include "json/run_reader.h"

#include <algorithm>

namespace sluice::json {

std::size_t RunReader::Read(Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records,
                            std::uint32_t row, const ObjectReader& reader,
                            std::span<const std::unique_ptr<Column>> columns, RecordContext& context) {
  run_.Begin(cursor, block_begin, records);
  if (run_.count() == 0) return 0;
  if (order_version_ != reader.order_version() || order_members_ != run_.members()) {
    order_version_ = reader.order_version();
    order_members_ = run_.members();
    planned_ = Plan(reader, columns);
  }
  if (!planned_) return 0;
  const std::size_t read = ReadMembers(context);
  for (const Member& member : members_) {
    if (member.column != nullptr) member.column->Rollback(row + static_cast<std::uint32_t>(read));
  }
  for (LeafColumn* column : missing_) column->AppendRun({}, read);
  for (std::size_t i = 0; i < read && !missing_nested_.empty(); ++i) {
    context.row = row + static_cast<std::uint32_t>(i);
    for (Column* column : missing_nested_) column->AppendUnder(context);
  }
  run_.Leave(cursor, read);
  return read;
}

std::size_t RunReader::ReadMembers(RecordContext& context) {
  std::size_t count = run_.count();
  for (std::size_t i = 0; i < members_.size() && count > 0; ++i) {
    const auto& [key, column] = members_[i];
    if (column != nullptr) {
      count = column->ReadRun(run_, i, *key, count, context);
    } else {
      passed_over_.resize(std::max(passed_over_.size(), count));
      count = run_.Read(i, *key, kStrings | kNumbers | kBools, context.arena, std::span(passed_over_).first(count));
    }
  }
  return count;
}

bool RunReader::Plan(const ObjectReader& reader, std::span<const std::unique_ptr<Column>> columns) {
  if (reader.order().size() < order_members_) return false;
  return PlanMembers(std::span(reader.order()).first(order_members_)) && PlanMissing(columns);
}

bool RunReader::PlanMembers(std::span<ObjectReader::Member* const> order) {
  members_.clear();
  for (const ObjectReader::Member* member : order) {
    const bool nested = member->column != nullptr && member->column->field().type.nested();
    if (nested || member->descend != nullptr) return false;
    members_.push_back({&member->key, static_cast<LeafColumn*>(member->column)});
  }
  // The same key twice, or two keys of one column, is for the reader to reject.
  std::vector<const ObjectReader::Member*> sorted(order.begin(), order.end());
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

bool RunReader::PlanMissing(std::span<const std::unique_ptr<Column>> columns) {
  std::vector<const Column*> filled = left_out_;
  for (const Member& member : members_) {
    if (member.column != nullptr) filled.push_back(member.column);
  }
  std::sort(filled.begin(), filled.end());
  if (std::adjacent_find(filled.begin(), filled.end()) != filled.end()) return false;
  missing_.clear();
  missing_nested_.clear();
  for (const std::unique_ptr<Column>& column : columns) {
    if (std::binary_search(filled.begin(), filled.end(), column.get())) continue;
    if (!column->field().type.nested()) {
      missing_.push_back(static_cast<LeafColumn*>(column.get()));
    } else if (column->field().nullable) {
      missing_nested_.push_back(column.get());
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace sluice::json
