#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/statistics.h"
#include "delta_log/checkpoint_schema.h"

namespace sluice::delta_log {

/// Turns statistics as JSON into rows of a struct column of StatisticsType.
///
/// Threads: one at a time. Borrows the builder, which is of that type.
class StatisticsColumnWriter {
 public:
  StatisticsColumnWriter(const CheckpointLayout& layout, arrow::StructBuilder& builder);

  /// One row; null for "" and for what is no JSON object.
  core::Status Append(std::string_view json);

 private:
  struct Leaf {
    const delta::StatisticsColumn* column = nullptr;
    arrow::ArrayBuilder* min = nullptr;  // nullptr: no bounds
    arrow::ArrayBuilder* max = nullptr;
    arrow::Int64Builder* null_count = nullptr;
  };

  arrow::StructBuilder& builder_;
  std::vector<arrow::StructBuilder*> structs_;  // all below builder_
  std::vector<Leaf> leaves_;
  arrow::Int64Builder* records_ = nullptr;
  arrow::BooleanBuilder* tight_bounds_ = nullptr;
  delta::StatisticsParser parser_;
};

}  // namespace sluice::delta_log
