#include "table/data_writer.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "core/uuid.h"
#include "delta/path.h"
#include "delta/statistics.h"
#include "parquet/writer.h"
#include "storage/path.h"

namespace sluice::table {
namespace {

/// Counts what goes into a file, so that it can be ended in time.
class CountedFile final : public storage::WritableFile {
 public:
  explicit CountedFile(std::unique_ptr<storage::WritableFile> file) : file_(std::move(file)) {}
  core::Status Append(std::string_view bytes) override {
    bytes_ += bytes.size();
    return file_->Append(bytes);
  }
  core::Status Sync() override { return file_->Sync(); }
  core::Status Close() override { return file_->Close(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::unique_ptr<storage::WritableFile> file_;
  std::uint64_t bytes_ = 0;
};

std::size_t OpenFilesFor(std::uint64_t memory_bytes) {
  constexpr std::uint64_t kFileBytes = 24 * core::kMiB;  // rows that wait for their layout, a row group and its pages
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(memory_bytes / kFileBytes, 2, DataWriter::kOpenFilesMax));
}

parquet::CodecSpec CodecOf(const std::string& name) {
  if (name == "snappy") return {.codec = parquet::Codec::kSnappy};
  if (name == "gzip") return {.codec = parquet::Codec::kGzip};
  if (name == "lz4" || name == "lz4_raw") return {.codec = parquet::Codec::kLz4};
  if (name == "uncompressed") return {.codec = parquet::Codec::kNone};
  return {.codec = parquet::Codec::kZstd};
}

// Under their names in the files; a column that the table does not have any more is left out.
std::vector<std::string> BloomColumns(const TableShape& shape) {
  std::vector<std::string> columns;
  std::string_view rest = shape.properties.bloom_columns;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const delta::Field* field = shape.schema.Find(rest.substr(0, comma));
    if (field != nullptr) columns.push_back(field->physical_name);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return columns;
}

parquet::WriteOptions FileOptions(const TableShape& shape, const DataWriterOptions& options, std::uint64_t memory) {
  constexpr std::uint64_t kRowGroupBytesMin = 4 * core::kMiB;
  parquet::WriteOptions write;
  write.codec = CodecOf(shape.properties.parquet_codec);
  write.row_group_bytes_max =
      std::max(kRowGroupBytesMin, std::min({write.row_group_bytes_max, options.file_bytes_target, memory / 4}));
  write.byte_streams = false;  // tables are read by every engine, Spark among them
  for (const std::string& column : BloomColumns(shape)) write.bloom_columns.push_back(column);
  return write;
}

delta::StatisticsFormat StatisticsFormat(const TableShape& shape) {
  delta::StatisticsFormat format;
  if (shape.deletion_vectors) format.tight_bounds = true;
  format.prefix_length = static_cast<std::int32_t>(shape.properties.stats_string_prefix_length);
  return format;
}

std::int64_t NowMs(const core::Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now().time_since_epoch()).count();
}

}  // namespace

/// One data file being written.
class DataWriter::OpenFile {
 public:
  static core::Result<std::unique_ptr<OpenFile>> Create(const storage::Environment& environment,
                                                        const std::string& root, std::string name, PartitionKey key,
                                                        const std::shared_ptr<arrow::Schema>& schema,
                                                        parquet::WriteOptions options) {
    const std::string path = storage::JoinPath(root, name);
    SLUICE_TRY(environment.files.CreateDirectories(storage::ParentPath(path)));
    SLUICE_ASSIGN_OR_RETURN(auto file, environment.files.CreateNew(path));
    std::unique_ptr<OpenFile> open(new OpenFile(std::move(name), std::move(key), std::move(file)));
    SLUICE_ASSIGN_OR_RETURN(open->writer_, parquet::FileWriter::Open(open->file_, schema, std::move(options),
                                                                     environment.executor, environment.pool));
    return open;
  }

  core::Status Write(std::shared_ptr<arrow::RecordBatch> rows) { return writer_->Write(std::move(rows)); }
  core::Result<parquet::FileSummary> Close() {
    SLUICE_ASSIGN_OR_RETURN(parquet::FileSummary summary, writer_->Close());
    SLUICE_TRY(file_.Sync());
    SLUICE_TRY(file_.Close());
    return summary;
  }

  const std::string& name() const { return name_; }
  const PartitionKey& key() const { return key_; }
  std::uint64_t bytes() const { return file_.bytes(); }

 private:
  OpenFile(std::string name, PartitionKey key, std::unique_ptr<storage::WritableFile> file)
      : name_(std::move(name)), key_(std::move(key)), file_(std::move(file)) {}

  std::string name_;  // below the table's root, not encoded
  PartitionKey key_;
  CountedFile file_;
  std::unique_ptr<parquet::FileWriter> writer_;
};

DataWriter::DataWriter(const storage::Environment& environment, TableShape shape, DataWriterOptions options,
                       PartitionSplit split, std::shared_ptr<arrow::Schema> file_schema)
    : environment_(environment),
      shape_(std::move(shape)),
      options_(std::move(options)),
      split_(std::move(split)),
      file_schema_(std::move(file_schema)),
      statistics_columns_(delta::StatisticsColumns(shape_.schema, shape_.partition_columns, shape_.properties,
                                                   shape_.clustering_columns)),
      open_max_(OpenFilesFor(environment.memory_bytes)) {}

core::Result<std::unique_ptr<DataWriter>> DataWriter::Open(const storage::Environment& environment, TableShape shape,
                                                           DataWriterOptions options) {
  SLUICE_ASSIGN_OR_RETURN(auto file_schema, FileSchema(shape));
  SLUICE_ASSIGN_OR_RETURN(PartitionSplit split, PartitionSplit::Make(shape, environment.pool));
  return std::unique_ptr<DataWriter>(
      new DataWriter(environment, std::move(shape), std::move(options), std::move(split), std::move(file_schema)));
}

DataWriter::~DataWriter() {
  if (!finished_) Discard();
}

void DataWriter::Discard() {
  open_.clear();
  // What cannot be removed now is found by vacuum.
  for (const std::string& path : std::exchange(created_, {})) (void)environment_.files.Remove(path);
}

// `part-00003-<uuid>.c000.zstd.parquet`, below the partition's folder, or below a random one where folders would show
// physical names or the table asks for it.
core::Result<std::string> DataWriter::NewName(const PartitionKey& key) {
  std::string folder;
  const std::string uuid = core::FormatUuid(core::NewUuid(environment_.random));
  if (shape_.properties.randomize_file_prefixes || (shape_.mapped && !key.empty())) {
    const auto length = std::clamp<std::int64_t>(shape_.properties.random_prefix_length, 1, 8);
    folder = uuid.substr(0, static_cast<std::size_t>(length)) + "/";
  } else {
    std::vector<std::pair<std::string, std::optional<std::string>>> values;
    for (std::size_t i = 0; i < key.size(); ++i) values.emplace_back(shape_.partition_columns[i], key[i]);
    SLUICE_ASSIGN_OR_RETURN(folder, delta::HiveFolder(values));
  }
  const std::string& codec = shape_.properties.parquet_codec;
  return fmt::format("{}part-{:05}-{}.c000{}{}.parquet", folder, sequence_++, uuid, codec == "uncompressed" ? "" : ".",
                     codec == "uncompressed" ? "" : codec);
}

core::Result<DataWriter::OpenFile*> DataWriter::FileFor(const PartitionKey& key) {
  for (auto place = open_.begin(); place != open_.end(); ++place) {
    if ((*place)->key() != key) continue;
    open_.splice(open_.end(), open_, place);
    return open_.back().get();
  }
  if (open_.size() >= open_max_) {
    SLUICE_TRY(End(*open_.front()));
    open_.pop_front();
  }
  SLUICE_ASSIGN_OR_RETURN(std::string name, NewName(key));
  created_.push_back(storage::JoinPath(shape_.root, name));
  SLUICE_ASSIGN_OR_RETURN(auto file, OpenFile::Create(environment_, shape_.root, std::move(name), key, file_schema_,
                                                      FileOptions(shape_, options_, environment_.memory_bytes)));
  open_.push_back(std::move(file));
  return open_.back().get();
}

core::Status DataWriter::Write(const std::shared_ptr<arrow::RecordBatch>& rows) {
  SLUICE_ASSIGN_OR_RETURN(auto parts, split_.Split(rows));
  for (PartitionSplit::Part& part : parts) {
    SLUICE_ASSIGN_OR_RETURN(OpenFile * file, FileFor(part.key));
    SLUICE_ASSIGN_OR_RETURN(auto file_rows, ToFileRows(shape_, file_schema_, *part.rows));
    SLUICE_TRY(file->Write(std::move(file_rows)));
    rows_ += static_cast<std::uint64_t>(part.rows->num_rows());
    if (file->bytes() < options_.file_bytes_target) continue;
    SLUICE_TRY(End(*file));
    open_.pop_back();
  }
  return core::Ok();
}

core::Status DataWriter::End(OpenFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const parquet::FileSummary summary, file.Close());
  delta::AddFile add;
  add.path = delta::EncodePath(file.name());
  for (std::size_t i = 0; i < file.key().size(); ++i) {
    const delta::Field* field = shape_.schema.Find(shape_.partition_columns[i]);
    add.partition_values.emplace_back(field->physical_name, file.key()[i]);
  }
  add.size_bytes = static_cast<std::int64_t>(summary.bytes);
  add.modification_time_ms = NowMs(environment_.clock);
  add.data_change = options_.data_change;

  add.stats = delta::FormatStatistics(summary, statistics_columns_, StatisticsFormat(shape_));
  add.tags = options_.tags;
  add.clustering_provider = options_.clustering_provider;
  bytes_ += summary.bytes;
  added_.push_back(std::move(add));
  return core::Ok();
}

core::Status DataWriter::EndFiles() {
  for (const auto& file : open_) SLUICE_TRY(End(*file));
  open_.clear();
  return core::Ok();
}

core::Result<std::vector<delta::AddFile>> DataWriter::Finish() {
  SLUICE_TRY(EndFiles());
  // A name survives a power cut once every folder down to it is synced.
  std::set<std::string> folders;
  for (const std::string& path : created_) {
    std::string folder = storage::ParentPath(path);
    while (folders.insert(folder).second && folder != shape_.root) folder = storage::ParentPath(folder);
  }
  for (const std::string& folder : folders) SLUICE_TRY(environment_.files.SyncDirectory(folder));
  finished_ = true;
  return added_;
}

}  // namespace sluice::table
