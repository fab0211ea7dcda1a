#include "library/row_stream.h"

#include <arrow/c/bridge.h>
#include <arrow/device.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "library/guarded.h"
#include "schema/arrow_error.h"

namespace sluice::library {
namespace {

arrow::StatusCode CodeOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::kCancelled: return arrow::StatusCode::Cancelled;
    case core::ErrorKind::kLimitExceeded: return arrow::StatusCode::CapacityError;
    case core::ErrorKind::kUnsupported: return arrow::StatusCode::NotImplemented;
    case core::ErrorKind::kNotFound:
    case core::ErrorKind::kPermission:
    case core::ErrorKind::kUnavailable:
    case core::ErrorKind::kIo: return arrow::StatusCode::IOError;
    default: return arrow::StatusCode::Invalid;
  }
}

class Reader final : public arrow::RecordBatchReader {
 public:
  Reader(std::shared_ptr<Engine::State> engine, std::shared_ptr<arrow::Schema> schema, NextRows next)
      : engine_(std::move(engine)), schema_(std::move(schema)), next_(std::move(next)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* rows) override {
    if (!failed_.ok()) return failed_;
    auto read = Pull();
    if (read) {
      *rows = *std::move(read);
      return arrow::Status::OK();
    }
    failed_ = arrow::Status(CodeOf(read.error().kind()), ToPublic(read.error()).ToString());
    return failed_;
  }

 private:
  core::Result<std::shared_ptr<arrow::RecordBatch>> Pull() {
    try {
      return next_();
    } catch (...) {
      return ErrorFromException();
    }
  }

  std::shared_ptr<Engine::State> engine_;  // first: what `next_` holds borrows it
  std::shared_ptr<arrow::Schema> schema_;
  NextRows next_;
  arrow::Status failed_;
};

template <typename Struct>
void Release(Struct* held) {
  if (held->release != nullptr) held->release(held);
}

core::Result<std::shared_ptr<arrow::RecordBatch>> CopyChecked(const arrow::RecordBatch& rows, arrow::MemoryPool* pool) {
  if (const arrow::Status valid = rows.ValidateFull(); !valid.ok()) {
    return core::InvalidInput("the rows handed over are not what their Arrow type says: " + valid.message());
  }
  SLUICE_ASSIGN_OR_RETURN(auto copy, rows.CopyTo(arrow::CPUDevice::memory_manager(pool)));
  return copy;
}

}  // namespace

core::Status ExportRows(std::shared_ptr<Engine::State> engine, std::shared_ptr<arrow::Schema> schema, NextRows next,
                        ArrowArrayStream* out) {
  auto reader = std::make_shared<Reader>(std::move(engine), std::move(schema), std::move(next));
  SLUICE_TRY(arrow::ExportRecordBatchReader(std::move(reader), out));
  return core::Ok();
}

core::Result<std::shared_ptr<arrow::RecordBatchReader>> ImportRows(ArrowArrayStream* stream) {
  if (stream->release == nullptr) return core::InvalidInput("the stream of rows was released before");
  auto reader = arrow::ImportRecordBatchReader(stream);
  Release(stream);
  if (reader.ok()) return *std::move(reader);
  return core::InvalidInput("the stream of rows gives no columns: " + reader.status().message());
}

core::Result<std::shared_ptr<arrow::RecordBatch>> ReadRows(arrow::RecordBatchReader& reader, arrow::MemoryPool* pool) {
  std::shared_ptr<arrow::RecordBatch> rows;
  if (const arrow::Status read = reader.ReadNext(&rows); !read.ok()) {
    return core::InvalidInput("the stream of rows failed: " + read.message());
  }
  if (!rows) return rows;
  return CopyChecked(*rows, pool);
}

core::Result<std::shared_ptr<arrow::RecordBatch>> ImportBatch(ArrowArray* rows, ArrowSchema* type,
                                                              arrow::MemoryPool* pool) {
  if (rows->release == nullptr || type->release == nullptr) {
    Release(rows);
    Release(type);
    return core::InvalidInput("the batch of rows was released before");
  }
  auto batch = arrow::ImportRecordBatch(rows, type);
  Release(rows);
  Release(type);
  if (!batch.ok()) return core::InvalidInput("the batch of rows cannot be read: " + batch.status().message());
  return CopyChecked(**batch, pool);
}

}  // namespace sluice::library
