#include "postgres/copy_encoder.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::postgres {
namespace {

// Stays in a core's cache from here to the socket.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr std::int64_t kRowsAtOnce = 256;
constexpr std::size_t kRowHeadBytes = 2;
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
  for (std::int64_t begin = 0; begin < rows.num_rows(); begin += kRowsAtOnce) {
    sizes_.assign(static_cast<std::size_t>(std::min(rows.num_rows() - begin, kRowsAtOnce)), kRowHeadBytes);
    for (const auto& writer : writers_) writer->AddSizes(begin, sizes_);
    for (std::size_t first = 0; first < sizes_.size();) {
      std::size_t count = 0;
      std::size_t bytes = 0;
      while (first + count < sizes_.size() && bytes < kPieceBytes) bytes += sizes_[first + count++];
      SLUICE_TRY(WriteRows(begin + static_cast<std::int64_t>(first), std::span(sizes_).subspan(first, count), bytes));
      first += count;
      if (piece_.size() >= kPieceBytes) SLUICE_TRY(Flush(sink));
    }
  }
  return core::Ok();
}

core::Status CopyEncoder::WriteRows(std::int64_t begin, std::span<const std::size_t> sizes, std::size_t bytes) {
  const auto field_count = static_cast<std::uint16_t>(writers_.size());
  char* row = piece_.Room(bytes);
  ends_.resize(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    row[0] = static_cast<char>(field_count >> 8);
    row[1] = static_cast<char>(field_count & 0xff);
    ends_[i] = row + kRowHeadBytes;
    row += sizes[i];
  }
  std::optional<core::Error> refusal;
  std::size_t rows_good = sizes.size();
  for (std::size_t column = 0; column < writers_.size(); ++column) {
    // A later column may refuse only an earlier row.
    std::size_t refused = 0;
    const char* const reason = writers_[column]->Write(begin, std::span(ends_).first(rows_good), refused);
    if (reason == nullptr) continue;
    rows_good = refused;
    refusal =
        core::InvalidInput(fmt::format("row {}, column {}: {}", rows_ + refused + 1, columns_[column].name, reason));
  }
  if (refusal.has_value()) return *std::move(refusal);
  piece_.Added(bytes);
  rows_ += sizes.size();
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
