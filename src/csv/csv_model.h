#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csv/dialect.h"

namespace sluice::csv {

/// One record as the plainest possible reader sees it; for tests and fuzzing.
struct ModelRecord {
  std::vector<std::optional<std::string>> fields = {};  ///< nullopt: empty and unquoted
  bool faulty = false;                                  ///< text behind a closing quote, or quotes never closed
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t line = 1;
};

/// Every record of `text`, blank lines left out unless `columns` is 1. One function, no tricks.
std::vector<ModelRecord> ReadModel(std::string_view text, const Dialect& dialect, std::size_t columns);

}  // namespace sluice::csv
