#include "table/row_spill.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>

#include <span>
#include <string_view>
#include <utility>

#include "schema/arrow_error.h"
#include "storage/nameless_file.h"

namespace sluice::table {

RowSpill::RowSpill(std::shared_ptr<arrow::Schema> schema, arrow::MemoryPool* pool)
    : schema_(std::move(schema)), pool_(pool) {}

core::Result<RowSpill::Place> RowSpill::Append(const arrow::RecordBatch& rows) {
  constexpr int kFastLevel = 1;
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = pool_;
  options.use_threads = false;
  SLUICE_ASSIGN_OR_RETURN(options.codec, arrow::util::Codec::Create(arrow::Compression::ZSTD, kFastLevel));
  SLUICE_ASSIGN_OR_RETURN(const auto bytes, arrow::ipc::SerializeRecordBatch(rows, options));
  if (!file_) {
    SLUICE_ASSIGN_OR_RETURN(file_, storage::OpenNameless(storage::TemporaryDirectory()));
  }
  const core::Status written = file_->Write(std::string_view(*bytes));
  if (!written) return core::Error(written.error()).WithHint("point TMPDIR at a folder with more room");
  const Place place{.offset = bytes_, .bytes = static_cast<std::uint64_t>(bytes->size())};
  bytes_ += place.bytes;
  return place;
}

core::Result<std::shared_ptr<arrow::RecordBatch>> RowSpill::Read(Place place) const {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes,
                          arrow::AllocateBuffer(static_cast<std::int64_t>(place.bytes), pool_));
  const std::span<char> out(reinterpret_cast<char*>(bytes->mutable_data()), place.bytes);
  SLUICE_ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(place.offset, out));
  if (got != place.bytes) return core::IoError(file_->name() + " became shorter");
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = pool_;
  options.use_threads = false;
  arrow::io::BufferReader stream(std::move(bytes));
  const arrow::ipc::DictionaryMemo none;
  SLUICE_ASSIGN_OR_RETURN(auto rows, arrow::ipc::ReadRecordBatch(schema_, &none, options, &stream));
  return rows;
}

}  // namespace sluice::table
