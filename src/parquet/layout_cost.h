#pragma once

#include <parquet/types.h>

#include <vector>

#include "parquet/column_layout.h"
#include "parquet/distinct_estimate.h"
#include "parquet/trial.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// What the cost of a layout depends on, beside its sizes on the sample.
struct CostContext {
  ::parquet::Type::type type = ::parquet::Type::INT64;
  CodecSpec codec = {};
  DistinctEstimate distinct = {};
  double trial_values = 1;     ///< values in the sample
  double group_values = 1;     ///< values in a row group; a dictionary is shared by them
  double entries_per_row = 1;  ///< above or below 1 in lists
};

/// A layout with the bytes that one value takes in the file, and its cost: these bytes and the time, as bytes.
struct PricedLayout {
  ColumnLayout layout;
  double value_bytes = 0;
  double cost = 0;
};

/// Add `layout`, compressed and not, to `priced`. A dictionary that would outgrow its limit is left out unless it is
/// the only candidate.
void PriceLayout(const ColumnLayout& layout, const TrialSizes& sizes, const CostContext& context,
                 std::vector<PricedLayout>& priced);

/// The cheapest, with its reason. `asked`: the encoding was given, and is the only one.
ColumnLayout PickCheapest(std::vector<PricedLayout> priced, const CostContext& context, bool asked);

}  // namespace sluice::parquet
