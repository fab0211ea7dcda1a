#pragma once

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/json/from_string.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/arrow_c_stream.h"

namespace sluice {

/// Rows from JSON: a list of objects.
inline std::shared_ptr<arrow::RecordBatch> RowsOf(const arrow::FieldVector& fields, const std::string& json) {
  const auto rows = arrow::json::ArrayFromJSONString(arrow::struct_(fields), json).ValueOrDie();
  return arrow::RecordBatch::FromStructArray(rows).ValueOrDie();
}

/// A stream that counts what becomes of it, and can fail in the middle. Outlives its stream.
class TestStream {
 public:
  explicit TestStream(std::vector<std::shared_ptr<arrow::RecordBatch>> batches, bool fails_at_end = false)
      : batches_(std::move(batches)), fails_at_end_(fails_at_end) {
    stream_ = {GetSchema, GetNext, [](ArrowArrayStream*) { return "the tape tore"; }, Release, this};
  }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;

  ArrowArrayStream* get() { return &stream_; }
  int released() const { return released_; }
  /// Batches that were handed out.
  std::size_t pulled() const { return next_; }

 private:
  static TestStream& Of(ArrowArrayStream* stream) { return *static_cast<TestStream*>(stream->private_data); }
  static int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
    return arrow::ExportSchema(*Of(stream).batches_[0]->schema(), out).ok() ? 0 : EINVAL;
  }
  static int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
    TestStream& self = Of(stream);
    if (self.next_ < self.batches_.size()) {
      return arrow::ExportRecordBatch(*self.batches_[self.next_++], out).ok() ? 0 : EINVAL;
    }
    *out = {};
    return self.fails_at_end_ ? EIO : 0;
  }
  static void Release(ArrowArrayStream* stream) {
    ++Of(stream).released_;
    stream->release = nullptr;
  }

  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  bool fails_at_end_;
  ArrowArrayStream stream_{};
  std::size_t next_ = 0;
  int released_ = 0;
};

/// All rows of a stream as one table; the stream is released.
inline arrow::Result<std::shared_ptr<arrow::Table>> ReadAll(ArrowArrayStream* stream) {
  ARROW_ASSIGN_OR_RAISE(const auto reader, arrow::ImportRecordBatchReader(stream));
  return reader->ToTable();
}

}  // namespace sluice
