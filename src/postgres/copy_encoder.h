#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "postgres/column_type.h"
#include "postgres/copy_bytes.h"
#include "postgres/field_writer.h"

namespace sluice::postgres {

/// A column of the target, in the order of the COPY statement.
struct CopyColumn {
  std::string name = {};
  ColumnType type = ColumnType::kText;
};

/// Batches of rows as the bytes of COPY … FROM STDIN (FORMAT binary). Layouts: PostgreSQL's documentation of COPY and
/// the receive functions of each type; integers are big-endian, each field has its length in front, -1 for NULL.
///
/// Values are converted where nothing is lost: integers into wider ones and into numeric, float into double, decimals
/// into numeric, times and timestamps of any unit into microseconds where they are whole.
/// Threads: one at a time. Limits: hands bytes on in pieces of about 64 KiB.
class CopyEncoder {
 public:
  /// May take the piece and leave another; it is cleared afterwards.
  using Sink = std::function<core::Status(CopyBytes& piece)>;

  /// Unsupported, naming the column, for a type that does not go into its column so.
  static core::Result<CopyEncoder> Make(const arrow::Schema& schema, std::vector<CopyColumn> columns);

  /// Encode the rows and give them to `sink`. InvalidInput, naming row (from 1, over all batches) and column, for a
  /// value that PostgreSQL cannot hold: a text with a NUL, a time out of its range, nanoseconds that are no
  /// microseconds.
  core::Status Append(const arrow::RecordBatch& rows, const Sink& sink);
  /// The end of the stream.
  core::Status Finish(const Sink& sink);

  std::uint64_t rows() const { return rows_; }

 private:
  CopyEncoder(std::vector<CopyColumn> columns, std::vector<std::unique_ptr<FieldWriter>> writers);

  /// Rows of these sizes from `begin` on, `bytes` together.
  core::Status WriteRows(std::int64_t begin, std::span<const std::size_t> sizes, std::size_t bytes);
  core::Status Flush(const Sink& sink);

  std::vector<CopyColumn> columns_;
  std::vector<std::unique_ptr<FieldWriter>> writers_;
  CopyBytes piece_;
  std::vector<std::size_t> sizes_;  // of rows
  std::vector<char*> ends_;         // of what is written of each row
  std::uint64_t rows_ = 0;
};

}  // namespace sluice::postgres
