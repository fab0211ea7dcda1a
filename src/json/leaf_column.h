#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/column.h"
#include "json/flat_run.h"

namespace sluice::json {

/// A column of scalars, or of JSON text.
class LeafColumn final : public Column {
 public:
  /// `nested`: under a list, struct or map, so that its values are not one per row.
  static core::Result<std::unique_ptr<LeafColumn>> Make(const schema::ColumnSpec& spec, std::string path, bool nested,
                                                        arrow::MemoryPool* pool);

  bool Read(Cursor& cursor, RecordContext& context, int depth) override;
  bool AppendMissing(RecordContext& context) override;
  void AppendUnder(RecordContext& context) override { Append({}, context); }
  void BeginRecord() override { mark_ = texts_.size(); }
  void Rollback(std::uint32_t row) override;
  core::Status Flush(RowFaults& faults) override;
  core::Result<std::shared_ptr<arrow::Array>> Finish() override { return builder_->Finish(); }

  /// The kinds of values a FlatRun may read into this column: none for JSON text.
  std::uint8_t flat_kinds(const RecordContext& context) const;
  /// Take the value of the `member`th key from each record of `run`, up to `count`; returns how many had one that fits.
  /// Rollback to that row forgets what a longer run took.
  std::size_t ReadRun(const FlatRun& run, std::size_t member, const KeyText& key, std::size_t count,
                      RecordContext& context);
  /// Take `text` for each of `count` rows.
  void AppendRun(std::string_view text, std::size_t count) { texts_.insert(texts_.end(), count, text); }

  /// Take `text` as if a string had held it; for constants and the keys of maps.
  void Append(std::string_view text, const RecordContext& context) {
    texts_.push_back(text);
    if (nested_) rows_.push_back(context.row);
  }

 private:
  LeafColumn(const schema::ColumnSpec& spec, std::string path, bool nested);
  bool ReadString(Cursor& cursor, RecordContext& context);
  bool ReadWord(Cursor& cursor, RecordContext& context, std::string_view word);
  bool ReadText(Cursor& cursor, RecordContext& context, int depth);
  bool RefuseOther(Cursor& cursor, RecordContext& context, int depth);

  schema::ColumnSpec spec_;
  bool nested_;
  bool takes_strings_;
  bool takes_numbers_;
  bool takes_bools_;
  std::unique_ptr<columns::ScalarBuilder> builder_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint32_t> rows_;  // of each text, when nested
  std::size_t mark_ = 0;
  std::vector<columns::Fault> faults_;
};

}  // namespace sluice::json
