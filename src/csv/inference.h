#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/type_guess.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"
#include "csv/csv_options.h"
#include "schema/table_spec.h"
#include "storage/byte_stream.h"

namespace sluice::csv {

struct InferredColumn {
  std::string name;
  columns::TypeGuess guess;                 ///< of all rows; merge those of several files, then Resolve
  std::optional<columns::TypeGuess> early;  ///< of the first 1,000 records or so, of one chunk at most

  /// string where only NULLs were seen.
  schema::Type type() const;
  /// What the first records alone would have said, when it differs.
  std::optional<schema::Type> widened_from() const;
};

/// What an input without declared columns holds.
struct Inference {
  CsvOptions options = {};  ///< with the dialect and the header that were found: Reader::Open needs no second look
  std::vector<InferredColumn> columns = {};
  std::uint64_t rows = 0;  ///< records with the right number of fields; the reader rejects the others
  std::vector<std::string> notes = {};

  /// All columns nullable.
  schema::TableSpec ToSpec() const;
};

/// Look at every record of an input. A header alone gives columns of strings. InvalidInput for an empty input, for
/// empty or repeated names. Limits as Reader; `pool` holds the chunks.
core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source_name,
                              const CsvOptions& options, core::Executor& executor,
                              const core::Cancellation& cancellation, arrow::MemoryPool* pool);

}  // namespace sluice::csv
