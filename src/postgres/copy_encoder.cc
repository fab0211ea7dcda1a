#include "postgres/copy_encoder.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

namespace sluice::postgres {
namespace {

// Stays in a core's cache from here to the socket.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr std::string_view kHeader("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kTrailer("\xff\xff", 2);

}  // namespace

CopyEncoder::CopyEncoder(std::vector<CopyColumn> columns, std::vector<std::unique_ptr<FieldWriter>> writers)
    : columns_(std::move(columns)), writers_(std::move(writers)) {
  piece_.Append(kHeader);
}

core::Result<CopyEncoder> CopyEncoder::Make(const arrow::Schema& schema, std::vector<CopyColumn> columns) {
  if (static_cast<std::size_t>(schema.num_fields()) != columns.size()) {
    return core::Internal("the COPY has other columns than the rows");
  }
  std::vector<std::unique_ptr<FieldWriter>> writers;
  for (int index = 0; index < schema.num_fields(); ++index) {
    const CopyColumn& column = columns[static_cast<std::size_t>(index)];
    auto writer = MakeFieldWriter(*schema.field(index)->type(), column.type);
    if (!writer.has_value()) {
      return std::move(writer).error().WithPrefix(fmt::format("column {}: ", column.name));
    }
    writers.push_back(*std::move(writer));
  }
  return CopyEncoder(std::move(columns), std::move(writers));
}

core::Status CopyEncoder::Append(const arrow::RecordBatch& rows, const Sink& sink) {
  for (std::size_t column = 0; column < writers_.size(); ++column) {
    writers_[column]->SetArray(*rows.column(static_cast<int>(column)));
  }
  const auto count = static_cast<std::uint16_t>(writers_.size());
  const char field_count[2] = {static_cast<char>(count >> 8), static_cast<char>(count & 0xff)};
  for (std::int64_t row = 0; row < rows.num_rows(); ++row) {
    piece_.Append({field_count, 2});
    ++rows_;
    for (std::size_t column = 0; column < writers_.size(); ++column) {
      const char* const reason = writers_[column]->Append(row, piece_);
      if (reason == nullptr) continue;
      return core::InvalidInput(fmt::format("row {}, column {}: {}", rows_, columns_[column].name, reason));
    }
    if (piece_.size() >= kPieceBytes) SLUICE_TRY(Flush(sink));
  }
  return core::Ok();
}

core::Status CopyEncoder::Finish(const Sink& sink) {
  piece_.Append(kTrailer);
  return Flush(sink);
}

core::Status CopyEncoder::Flush(const Sink& sink) {
  SLUICE_TRY(sink(piece_));
  piece_.Clear();
  return core::Ok();
}

}  // namespace sluice::postgres
