#include "jobs/parquet_sink.h"

#include <fmt/format.h>

#include <utility>

#include "core/version.h"
#include "jobs/reject_file.h"
#include "parquet/writer.h"
#include "schema/type_text.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/published_file.h"

namespace sluice::jobs {
namespace {

using pipeline::TaskReport;

/// The output of one task and its rejects, both aside.
class FileTaskWriter final : public pipeline::TaskWriter {
 public:
  FileTaskWriter(const Environment& environment, std::string unique, std::string owner, std::string rejects_path)
      : environment_(environment),
        unique_(std::move(unique)),
        owner_(std::move(owner)),
        rejects_(environment.files, std::move(rejects_path), unique_, owner_) {}

  core::Status Open(const std::string& output, const schema::Schema& schema, parquet::WriteOptions options) {
    SLUICE_ASSIGN_OR_RETURN(file_, storage::PublishedFile::Create(environment_.files, output, unique_, owner_));
    SLUICE_ASSIGN_OR_RETURN(writer_, parquet::FileWriter::Open(*file_, schema, std::move(options),
                                                               environment_.executor, environment_.pool));
    return core::Ok();
  }

  core::Status Write(std::shared_ptr<arrow::RecordBatch> rows) override { return writer_->Write(std::move(rows)); }

  core::Status Reject(const columns::Reject& reject) override { return rejects_.Add(reject); }

  core::Status Finish(TaskReport& report) override {
    SLUICE_ASSIGN_OR_RETURN(const parquet::FileSummary summary, writer_->Close());
    for (const parquet::ColumnSummary& column : summary.columns) {
      report.encodings.push_back(
          fmt::format("{}: {} ({})", column.column, FormatEncoding(column.encoding), column.reason));
    }
    SLUICE_ASSIGN_OR_RETURN(const storage::FinishedFile output, file_->Finish());
    report.output = Pending(output);
    return rejects_.Finish(report);
  }

 private:
  const Environment& environment_;
  std::string unique_;
  std::string owner_;
  RejectFile rejects_;
  std::unique_ptr<storage::PublishedFile> file_;
  std::unique_ptr<parquet::FileWriter> writer_;  // before file_ goes: it writes into it
};

// Row groups, their pages and the chunks in flight share the budget.
void FitMemory(std::uint64_t memory_bytes, parquet::WriteOptions& options) {
  constexpr std::uint64_t kRowGroupBytesMin = 4 * core::kMiB;
  options.row_group_bytes_max = std::min(options.row_group_bytes_max, std::max(kRowGroupBytesMin, memory_bytes / 4));
}

std::string SourceNames(const pipeline::PlannedTask& task) {
  constexpr std::size_t kNamedMax = 20;
  std::string names;
  for (std::size_t i = 0; i < task.inputs.size() && i < kNamedMax; ++i) {
    names += fmt::format("{}{}", i == 0 ? "" : ", ", storage::FileName(task.inputs[i].path));
  }
  if (task.inputs.size() > kNamedMax) names += fmt::format(", … ({} files)", task.inputs.size());
  return names;
}

}  // namespace

core::Result<std::unique_ptr<pipeline::TaskWriter>> ParquetSink::Open(const pipeline::Plan& plan,
                                                                      const pipeline::PlannedTask& task,
                                                                      const schema::Schema& schema) {
  parquet::WriteOptions options = settings_.write;
  FitMemory(environment_.memory_bytes, options);
  // Nothing here may differ from one run to the next: the same rows make the same bytes.
  options.metadata = {{"sluice.version", core::Version()},
                      {"sluice.source", SourceNames(task)},
                      {"sluice.schema", schema::FormatColumns(schema)}};
  const auto own_rejects = task.settings.find(kTaskRejectsPath);
  std::string rejects_path = own_rejects == task.settings.end() ? plan.rejects_path : own_rejects->second;
  if (rejects_path.empty()) rejects_path = task.output + ".rejects.ndjson";
  const bool detached = publisher_ == Publisher::kOtherProcess;
  const std::string owner = detached ? std::string(storage::kDetachedOwner) : storage::ThisProcessOwner();
  // Two attempts of one task must not write to one file.
  const std::string attempt =
      fmt::format("{}-{}-{:08x}", plan.run, task.index, environment_.random.Next() & 0xFFFFFFFF);
  auto writer = std::make_unique<FileTaskWriter>(environment_, attempt, owner, rejects_path);
  SLUICE_TRY(writer->Open(task.output, schema, std::move(options)));
  return std::unique_ptr<pipeline::TaskWriter>(std::move(writer));
}

}  // namespace sluice::jobs
