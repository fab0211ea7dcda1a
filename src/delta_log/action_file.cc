#include "delta_log/action_file.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include <utility>

#include "delta_log/commit_file.h"
#include "delta_log/state_columns.h"
#include "parquet/file_streams.h"
#include "parquet/guarded.h"
#include "schema/arrow_error.h"

namespace sluice::delta_log {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

arrow::Compression::type CompressionOf(std::string_view codec) {
  if (codec == "uncompressed" || codec == "none") return arrow::Compression::UNCOMPRESSED;
  if (codec == "snappy") return arrow::Compression::SNAPPY;
  if (codec == "gzip") return arrow::Compression::GZIP;
  if (codec == "lz4" || codec == "lz4_raw") return arrow::Compression::LZ4;
  return arrow::Compression::ZSTD;
}

std::shared_ptr<::parquet::WriterProperties> MakeProperties(const std::string& codec, arrow::MemoryPool* pool) {
  ::parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)->created_by("Sluice")->compression(CompressionOf(codec));
  // Every value of these is another one.
  for (const char* unique : {"add.path", "add.stats", "remove.path", "sidecar.path"})
    builder.disable_dictionary(unique);
  return builder.build();
}

// Rows of a column chunk that are not null; nullopt when the file does not say.
std::optional<std::int64_t> ValuesIn(const ::parquet::RowGroupMetaData& group, int column) {
  const auto chunk = group.ColumnChunk(column);
  const auto statistics = chunk->statistics();
  if (statistics == nullptr || !statistics->HasNullCount()) return std::nullopt;
  return chunk->num_values() - statistics->null_count();
}

/// A file that is written in large pieces: many columns with few bytes each should not be as many calls.
class BufferedFile final : public storage::WritableFile {
 public:
  explicit BufferedFile(std::unique_ptr<storage::WritableFile> file) : file_(std::move(file)) {}

  core::Status Append(std::string_view bytes) override {
    buffer_.append(bytes);
    return buffer_.size() < kBufferBytes ? core::Ok() : Flush();
  }
  core::Status Sync() override {
    SLUICE_TRY(Flush());
    return file_->Sync();
  }
  core::Status Close() override {
    SLUICE_TRY(Flush());
    return file_->Close();
  }

 private:
  core::Status Flush() {
    if (buffer_.empty()) return core::Ok();
    SLUICE_TRY(file_->Append(buffer_));
    buffer_.clear();
    return core::Ok();
  }

  std::unique_ptr<storage::WritableFile> file_;
  std::string buffer_;
};

}  // namespace

/// Arrow's writer over a storage file.
class ActionFile::Output {
 public:
  static core::Result<std::unique_ptr<Output>> Open(std::unique_ptr<storage::WritableFile> file,
                                                    const std::shared_ptr<arrow::Schema>& schema,
                                                    const std::string& codec, arrow::MemoryPool* pool) {
    auto output = std::make_unique<Output>();
    output->file_ = std::make_unique<BufferedFile>(std::move(file));
    output->stream_ = std::make_shared<parquet::FileOutput>(*output->file_);
    SLUICE_ASSIGN_OR_RETURN(output->writer_, ::parquet::arrow::FileWriter::Open(*schema, pool, output->stream_,
                                                                                MakeProperties(codec, pool)));
    return output;
  }
  core::Status Write(const arrow::Table& rows) {
    return Explained([&]() -> core::Status {
      SLUICE_TRY(writer_->WriteTable(rows, rows.num_rows()));
      return core::Ok();
    });
  }
  core::Result<std::uint64_t> Close() {
    const auto close = [this]() -> core::Status {
      SLUICE_TRY(writer_->Close());
      return core::Ok();
    };
    SLUICE_TRY(Explained(close));
    SLUICE_TRY(file_->Sync());
    SLUICE_TRY(file_->Close());
    return static_cast<std::uint64_t>(stream_->position());
  }

 private:
  template <typename Work>
  core::Status Explained(Work&& work) {
    core::Status status = parquet::Guarded(core::ErrorKind::kInternal, work);
    if (!status.has_value()) return stream_->Explain(std::move(status).error());
    return status;
  }

  std::unique_ptr<BufferedFile> file_;
  std::shared_ptr<parquet::FileOutput> stream_;
  std::unique_ptr<::parquet::arrow::FileWriter> writer_;
};

ActionFile::ActionFile(const storage::Environment& environment, std::string path, const CheckpointLayout& layout,
                       ActionFileOptions options)
    : environment_(environment), path_(std::move(path)), layout_(layout), options_(std::move(options)) {}

ActionFile::~ActionFile() {
  output_.reset();
  if (!temporary_.empty()) (void)environment_.files.Remove(temporary_);
}

core::Result<std::unique_ptr<ActionFile>> ActionFile::Open(const storage::Environment& environment, std::string path,
                                                           const CheckpointLayout& layout, ActionFileOptions options) {
  std::unique_ptr<ActionFile> file(new ActionFile(environment, std::move(path), layout, std::move(options)));
  SLUICE_ASSIGN_OR_RETURN(file->schema_, CheckpointSchema(layout));
  file->temporary_ = LogTemporaryPath(file->path_, environment.random);
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<storage::WritableFile> out, environment.files.CreateNew(file->temporary_));
  const auto open = [&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(file->output_,
                            Output::Open(std::move(out), file->schema_, file->options_.codec, environment.pool));
    return core::Ok();
  };
  SLUICE_TRY(parquet::Guarded(core::ErrorKind::kInternal, open));
  file->add_rows_ =
      std::make_unique<AddColumnWriter>(layout, file->schema_->GetFieldByName("add")->type(), environment.pool);
  file->remove_rows_ =
      std::make_unique<RemoveColumnWriter>(file->schema_->GetFieldByName("remove")->type(), environment.pool);
  return file;
}

core::Status ActionFile::WriteColumns(const std::map<std::string, std::shared_ptr<arrow::Array>, std::less<>>& columns,
                                      std::int64_t rows) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& field : schema_->fields()) {
    const auto given = columns.find(field->name());
    if (given != columns.end()) {
      arrays.push_back(given->second);
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> nulls,
                            arrow::MakeArrayOfNull(field->type(), rows, environment_.pool));
    arrays.push_back(std::move(nulls));
  }
  return output_->Write(*arrow::Table::Make(schema_, arrays, rows));
}

core::Status ActionFile::WriteState(const delta::ActionSet& actions) {
  SLUICE_ASSIGN_OR_RETURN(const StateRows state, MakeStateRows(actions, *schema_, environment_.pool));
  if (state.rows == 0) return core::Ok();
  state_rows_ += static_cast<std::uint64_t>(state.rows);
  return WriteColumns(state.columns, state.rows);
}

core::Status ActionFile::Add(const FileSegment& files, std::uint32_t row, std::string_view stats) {
  SLUICE_TRY(add_rows_->Append(files, row, stats));
  const bool full = add_rows_->rows() >= options_.row_group_rows || add_rows_->bytes() >= options_.row_group_bytes;
  return full ? FlushAdds() : core::Ok();
}

core::Status ActionFile::Remove(const delta::RemoveFile& remove) {
  SLUICE_TRY(FlushAdds());
  SLUICE_TRY(remove_rows_->Append(remove));
  return remove_rows_->rows() >= options_.row_group_rows ? FlushRemoves() : core::Ok();
}

core::Status ActionFile::FlushAdds() {
  const std::int64_t rows = add_rows_->rows();
  if (rows == 0) return core::Ok();
  adds_ += static_cast<std::uint64_t>(rows);
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> column, add_rows_->Finish());
  return WriteColumns({{"add", std::move(column)}}, rows);
}

core::Status ActionFile::FlushRemoves() {
  const std::int64_t rows = remove_rows_->rows();
  if (rows == 0) return core::Ok();
  removes_ += static_cast<std::uint64_t>(rows);
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> column, remove_rows_->Finish());
  return WriteColumns({{"remove", std::move(column)}}, rows);
}

core::Result<std::uint64_t> ActionFile::Finish() {
  SLUICE_TRY(FlushAdds());
  SLUICE_TRY(FlushRemoves());
  SLUICE_ASSIGN_OR_RETURN(bytes_, output_->Close());
  SLUICE_TRY(Verify());
  return bytes_;
}

// What is on disk is read, not what the writer remembers.
core::Status ActionFile::Verify() const {
  SLUICE_ASSIGN_OR_RETURN(auto file, environment_.files.OpenRandomAccess(temporary_));
  return parquet::Guarded(core::ErrorKind::kCorruption, [&]() -> core::Status {
    const auto reader =
        ::parquet::ParquetFileReader::Open(std::make_shared<parquet::FileInput>(std::move(file), environment_.pool));
    const auto footer = reader->metadata();
    const int add_path = footer->schema()->ColumnIndex("add.path");
    const int remove_path = footer->schema()->ColumnIndex("remove.path");
    std::int64_t adds = 0;
    std::int64_t removes = 0;
    for (int i = 0; i < footer->num_row_groups(); ++i) {
      adds += ValuesIn(*footer->RowGroup(i), add_path).value_or(-1);
      removes += ValuesIn(*footer->RowGroup(i), remove_path).value_or(-1);
    }
    const auto wanted = static_cast<std::int64_t>(state_rows_ + adds_ + removes_);
    if (footer->num_rows() == wanted && adds == static_cast<std::int64_t>(adds_) &&
        removes == static_cast<std::int64_t>(removes_)) {
      return core::Ok();
    }
    return core::Corruption("the checkpoint that was written to '" + temporary_ + "' holds " + std::to_string(adds) +
                            " files and " + std::to_string(removes) + " tombstones in " +
                            std::to_string(footer->num_rows()) + " rows; written were " + std::to_string(adds_) + ", " +
                            std::to_string(removes_) + " and " + std::to_string(wanted));
  });
}

core::Status ActionFile::Publish() {
  SLUICE_TRY(environment_.files.Rename(temporary_, path_));
  temporary_.clear();
  return core::Ok();
}

}  // namespace sluice::delta_log
