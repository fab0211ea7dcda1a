#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "csv/dialect.h"

namespace sluice::csv {

/// The first records of an input under one dialect, to judge the dialect by.
struct Sample {
  struct Row {
    std::vector<std::string_view> fields = {};  ///< as they stand, quotes included
    bool spoiled = false;
  };
  std::vector<Row> rows = {};

  std::size_t spoiled_rows() const;
};

/// Read up to `rows_max` records, blank lines left out. `whole`: the input ends with `text`; if not, a last record
/// without its end is left out, unless it is the only one. The views point into `text`.
Sample ReadSample(std::string_view text, bool whole, const Dialect& dialect, std::size_t rows_max);

}  // namespace sluice::csv
