#include "recorder/landing_file.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/byte_size.h"
#include "core/run_id.h"
#include "core/version.h"
#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/publish.h"
#include "storage/sha256.h"

namespace sluice::recorder {
namespace {

// Small batches cost: what comes from a block is gathered to this much.
constexpr std::uint64_t kGatheredRows = 64 * 1024;
constexpr std::uint64_t kGatheredBytes = 16 * core::kMiB;

std::string IsoTime(std::int64_t value, const arrow::TimestampType& type) {
  const arrow::TimestampScalar scalar(value, type.unit());
  std::string text = scalar.ToString();
  if (text.size() > 10) text[10] = 'T';
  return type.timezone().empty() ? text : text + "Z";
}

}  // namespace

/// Hashes what goes into the file.
class LandingFile::HashedFile final : public storage::WritableFile {
 public:
  HashedFile(std::unique_ptr<storage::PublishedFile> file) : file_(std::move(file)) {}  // NOLINT
  core::Status Append(std::string_view bytes) override {
    hash_.Append(bytes);
    return file_->Append(bytes);
  }
  core::Status Sync() override { return file_->Sync(); }
  core::Status Close() override { return file_->Close(); }
  storage::PublishedFile& file() { return *file_; }
  std::string Sha() { return hash_.FinishHex(); }

 private:
  std::unique_ptr<storage::PublishedFile> file_;
  storage::Sha256 hash_;
};

LandingFile::LandingFile(const storage::Environment& environment, const LandingSpec& spec, std::string name)
    : environment_(environment), spec_(spec), name_(std::move(name)) {}

LandingFile::~LandingFile() = default;

core::Result<std::unique_ptr<LandingFile>> LandingFile::Open(const storage::Environment& environment,
                                                             const LandingSpec& spec, const std::string& name) {
  std::unique_ptr<LandingFile> landing(new LandingFile(environment, spec, name));
  SLUICE_ASSIGN_OR_RETURN(auto file,
                          storage::PublishedFile::Create(environment.files, storage::JoinPath(spec.folder, name),
                                                         core::NewRunId(environment.clock, environment.random),
                                                         storage::ThisProcessOwner()));
  landing->file_ = std::make_unique<HashedFile>(std::move(file));
  parquet::WriteOptions options = spec.write;
  options.metadata.emplace_back("sluice.version", core::Version());
  options.metadata.emplace_back("sluice.recorder", spec.recorder);
  options.metadata.emplace_back("sluice.schema_hash", fmt::format("{:016x}", spec.schema.Hash()));
  const schema::Schema schema = spec.schema.FileSchema();
  const auto time = std::ranges::find_if(
      schema.fields, [](const schema::Field& field) { return field.type.kind == schema::TypeKind::kTimestamp; });
  landing->time_column_ = time == schema.fields.end() ? -1 : static_cast<int>(time - schema.fields.begin());
  SLUICE_ASSIGN_OR_RETURN(landing->writer_, parquet::FileWriter::Open(*landing->file_, schema, std::move(options),
                                                                      environment.executor, environment.pool));
  return landing;
}

std::uint64_t LandingFile::bytes() const { return file_->file().bytes(); }

void LandingFile::NoteTimes(const arrow::RecordBatch& rows) {
  if (time_column_ < 0) return;
  const auto& times = static_cast<const arrow::TimestampArray&>(*rows.column(time_column_));
  for (std::int64_t i = 0; i < times.length(); ++i) {
    if (times.IsNull(i)) continue;
    const std::int64_t time = times.Value(i);
    min_time_ = std::min(min_time_.value_or(time), time);
    max_time_ = std::max(max_time_.value_or(time), time);
  }
}

core::Status LandingFile::Write(const std::shared_ptr<arrow::RecordBatch>& rows) {
  NoteTimes(*rows);
  rows_ += static_cast<std::uint64_t>(rows->num_rows());
  waiting_rows_ += static_cast<std::uint64_t>(rows->num_rows());
  waiting_.push_back(rows);
  waiting_bytes_ += static_cast<std::uint64_t>(arrow::util::TotalBufferSize(*rows));
  return waiting_rows_ >= kGatheredRows || waiting_bytes_ >= kGatheredBytes ? Flush() : core::Ok();
}

core::Status LandingFile::Flush() {
  if (waiting_.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto rows, arrow::ConcatenateRecordBatches(std::exchange(waiting_, {}), environment_.pool));
  waiting_rows_ = 0;
  waiting_bytes_ = 0;
  return writer_->Write(std::move(rows));
}

core::Result<ManifestFile> LandingFile::Publish(std::uint64_t sequence, bool recovered) {
  if (!finished_.has_value()) {
    SLUICE_TRY(Flush());
    SLUICE_ASSIGN_OR_RETURN(const parquet::FileSummary summary, writer_->Close());
    for (const parquet::ColumnSummary& column : summary.columns)
      encodings_.emplace_back(column.column, column.encoding);
    SLUICE_ASSIGN_OR_RETURN(finished_, file_->file().Finish());
  }
  SLUICE_TRY(storage::Publish(environment_.files, *finished_, storage::PublishMode::kCreate));
  ManifestFile published{.file = name_,
                         .sequence = sequence,
                         .rows = rows_,
                         .bytes = finished_->bytes,
                         .sha256 = file_->Sha(),
                         .schema_hash = fmt::format("{:016x}", spec_.schema.Hash()),
                         .recorder = spec_.recorder,
                         .recovered = recovered,
                         .created = core::FormatTimestamp(environment_.clock.Now())};
  if (min_time_.has_value()) {
    const auto type = schema::ToArrow(spec_.schema.FileSchema())->field(time_column_)->type();
    const auto& time_type = static_cast<const arrow::TimestampType&>(*type);
    published.min_time = IsoTime(*min_time_, time_type);
    published.max_time = IsoTime(*max_time_, time_type);
  }
  return published;
}

}  // namespace sluice::recorder
