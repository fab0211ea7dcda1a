#pragma once

#include <cstdint>

namespace sluice::expression {

/// How quotes and backslashes are read; all else is one language.
enum class Dialect : std::uint8_t {
  kStandard,  ///< as in standard SQL and DuckDB: "x" is a name, a backslash in '…' stands for itself
  kSpark,     ///< as Spark reads the conditions it keeps in tables: "x" is text, '\'' and '\n' are escapes
};

}  // namespace sluice::expression
