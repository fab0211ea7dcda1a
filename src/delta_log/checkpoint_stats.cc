#include "delta_log/checkpoint_stats.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include <string>
#include <utility>

#include "delta_log/checkpoint_actions.h"
#include "delta_log/stats_json.h"
#include "parquet/open_file.h"

namespace sluice::delta_log {
namespace {

/// The struct `name` of `parent`; nullptr when there is no such struct.
const arrow::StructArray* FindStruct(const std::shared_ptr<arrow::Array>& array) {
  if (array == nullptr || array->type_id() != arrow::Type::STRUCT) return nullptr;
  return static_cast<const arrow::StructArray*>(array.get());
}

class RowGroupStats final : public StatsSource {
 public:
  RowGroupStats(const storage::Environment& environment, std::string path, std::shared_ptr<const CheckpointFile> open,
                int row_group, std::vector<bool> rows)
      : files_(environment.files),
        pool_(environment.pool),
        path_(std::move(path)),
        open_(std::move(open)),
        row_group_(row_group),
        rows_(std::move(rows)) {}

  core::Result<std::shared_ptr<const StatsTexts>> Load() const override {
    using Loaded = core::Result<std::shared_ptr<const StatsTexts>>;
    std::shared_ptr<const CheckpointFile> file = open_;
    if (file == nullptr) {
      SLUICE_ASSIGN_OR_RETURN(file, CheckpointFile::Open(files_, path_, pool_));
    }
    return parquet::ReadGuarded(path_, [&]() -> Loaded { return Read(*file); });
  }

 private:
  core::Result<std::shared_ptr<const StatsTexts>> Read(const CheckpointFile& file) const {
    StatsTexts texts;
    const CheckpointActions adds = CheckpointActions::OfRows(file, row_group_, "add", rows_);
    SLUICE_TRY(adds.Texts("stats", [&texts](std::size_t action, std::string_view text) {
      while (texts.size() < action) texts.Append("");
      texts.Append(text);
    }));
    while (texts.size() < adds.size()) texts.Append("");
    bool missing = texts.bytes() == 0;
    for (std::size_t row = 0; row < texts.size() && !missing; ++row) missing = texts.text(row).empty();
    if (!missing || !file.HasColumn({"add", "stats_parsed"}))
      return std::make_shared<const StatsTexts>(std::move(texts));
    return WithParsed(file, texts);
  }

  /// `texts` with those that are missing made of the structs.
  core::Result<std::shared_ptr<const StatsTexts>> WithParsed(const CheckpointFile& file,
                                                             const StatsTexts& texts) const {
    auto complete = std::make_shared<StatsTexts>();
    std::size_t row = 0;
    std::string json;
    const auto visit = [&](const arrow::RecordBatch& batch) -> core::Status {
      const arrow::StructArray* add = FindStruct(batch.GetColumnByName("add"));
      const std::shared_ptr<arrow::Array> parsed = add == nullptr ? nullptr : add->GetFieldByName("stats_parsed");
      const arrow::StructArray* stats = FindStruct(parsed);
      for (std::int64_t i = 0; i < batch.num_rows() && row < rows_.size(); ++i, ++row) {
        if (!rows_[row]) continue;
        json = texts.text(complete->size());
        if (json.empty() && stats != nullptr && !add->IsNull(i)) AppendStatsJson(*stats, i, json);
        complete->Append(json);
      }
      return core::Ok();
    };
    SLUICE_TRY(file.VisitColumns(row_group_, {"add", "stats_parsed"}, visit));
    while (complete->size() < texts.size()) complete->Append(texts.text(complete->size()));
    return std::shared_ptr<const StatsTexts>(std::move(complete));
  }

  storage::FileSystem& files_;
  arrow::MemoryPool* pool_;
  std::string path_;
  std::shared_ptr<const CheckpointFile> open_;
  int row_group_;
  std::vector<bool> rows_;
};

}  // namespace

std::shared_ptr<const StatsSource> CheckpointStats(const storage::Environment& environment,
                                                   std::shared_ptr<const CheckpointFile> file, int row_group,
                                                   std::vector<bool> rows, bool keep_open) {
  std::string path = file->path();
  if (!keep_open) file.reset();
  return std::make_shared<RowGroupStats>(environment, std::move(path), std::move(file), row_group, std::move(rows));
}

}  // namespace sluice::delta_log
