#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "json/column.h"

namespace sluice::json {

/// What structs, lists and maps have in common: which of their values are NULL.
class NestedColumn : public Column {
 public:
  NestedColumn(schema::Field field, std::string path, arrow::MemoryPool* pool)
      : Column(std::move(field), std::move(path)), pool_(pool) {}

  bool Read(Cursor& cursor, RecordContext& context, int depth) final;
  bool AppendMissing(RecordContext& context) final;
  void AppendUnder(RecordContext& context) final;
  void BeginRecord() override { mark_ = valid_.size(); }
  void Rollback(std::uint32_t /*row*/) override { valid_.resize(mark_); }

 protected:
  /// The bracket that opens a value, '{' or '['.
  virtual char opening() const = 0;
  virtual bool ReadValue(Cursor& cursor, RecordContext& context, int depth) = 0;
  /// Keep the children in step with a NULL.
  virtual void AppendNullValue(RecordContext& context) = 0;

  /// The validity bitmap of everything since the last call (nullptr when nothing is NULL), the counts, and a new start.
  struct Validity {
    std::shared_ptr<arrow::Buffer> bitmap;
    std::int64_t length = 0;
    std::int64_t nulls = 0;
  };
  core::Result<Validity> TakeValidity();
  arrow::MemoryPool* pool() const { return pool_; }
  std::size_t length() const { return valid_.size(); }

 private:
  arrow::MemoryPool* pool_;
  std::vector<std::uint8_t> valid_;
  std::size_t mark_ = 0;
};

/// Where the elements of each list begin, as Arrow wants it.
class ListOffsets {
 public:
  void Append(std::size_t elements) {
    total_ += static_cast<std::int32_t>(elements);
    ends_.push_back(total_);
  }
  void BeginRecord() { mark_ = ends_.size(); }
  void Rollback();
  /// Offsets of everything since the last call, and a new start.
  core::Result<std::shared_ptr<arrow::Buffer>> Take(arrow::MemoryPool* pool);

 private:
  std::vector<std::int32_t> ends_;
  std::int32_t total_ = 0;
  std::size_t mark_ = 0;
};

}  // namespace sluice::json
