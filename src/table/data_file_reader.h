#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/data_type.h"
#include "storage/file_system.h"
#include "table/field_match.h"

namespace sluice::table {

/// The columns to read of the files of a table. A value.
struct FileColumns {
  std::vector<delta::Field> fields = {};  ///< with physical names and ids; partition columns are not among them
  delta::ColumnMappingMode mapping = delta::ColumnMappingMode::kNone;
  arrow::FieldVector types = {};  ///< Arrow's, by logical names

  /// Unsupported, naming the column, for a type that this version does not know.
  static core::Result<FileColumns> Make(std::vector<delta::Field> fields, delta::ColumnMappingMode mapping);
};

/// Some rows of a file, in its order.
struct FileRows {
  std::shared_ptr<arrow::RecordBatch> rows;
  std::int64_t first_row = 0;  ///< position of the first one, counted over all row groups of the file
};

struct DataFileOptions {
  std::int64_t batch_rows = 64 * 1024;
  std::optional<std::vector<int>> row_groups = {};  ///< ascending; all when not given
};

/// Reads one Parquet file as rows of a table, whoever wrote it: columns are found as the table says, values of older or
/// foreign types become the table's, what the file does not have is NULL.
///
/// Threads: one at a time. Limits: `batch_rows` rows and one page a column in memory.
/// Errors name the path. NotFound: no such file. Corruption: bytes that do not keep what Parquet promises (checksums
/// are verified), a column of a type that the table's files may not have, a missing column that may not be NULL.
class DataFileReader {
 public:
  static core::Result<std::unique_ptr<DataFileReader>> Open(storage::FileSystem& files, const std::string& path,
                                                            const FileColumns& columns, DataFileOptions options,
                                                            arrow::MemoryPool* pool);
  ~DataFileReader();

  /// Rows of the whole file, by its footer.
  std::int64_t row_count() const;
  /// nullopt after the last row.
  core::Result<std::optional<FileRows>> Next();
  /// What is odd about the rows that were read and did no harm.
  const std::vector<std::string>& notes() const;

 private:
  class Decoder;
  explicit DataFileReader(std::unique_ptr<Decoder> decoder);
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace sluice::table
