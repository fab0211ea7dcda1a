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

void CompressLeaves(const arrow::Field& field, const std::string& path, const std::string& codec,
                    ::parquet::WriterProperties::Builder& builder) {
  if (field.type()->id() == arrow::Type::MAP) {
    CompressLeaves(*arrow::field("value", arrow::utf8()), path + ".key_value.value", codec, builder);
  } else if (field.type()->id() == arrow::Type::STRUCT) {
    for (const auto& member : field.type()->fields()) {
      CompressLeaves(*member, path + "." + member->name(), codec, builder);
    }
  } else {
    builder.compression(path, CompressionOf(codec));
  }
}

std::shared_ptr<::parquet::WriterProperties> MakeProperties(const arrow::Schema& schema, const std::string& codec,
                                                            arrow::MemoryPool* pool) {
  ::parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)->created_by("Sluice");
  // Only what is long is worth a compressor of its own: most columns of most row groups hold nothing at all.
  builder.compression(arrow::Compression::UNCOMPRESSED);
  for (const char* path : {"add.path", "add.stats", "remove.path", "metaData.schemaString", "sidecar.path"}) {
    builder.compression(path, CompressionOf(codec))->disable_dictionary(path);
  }
  const auto& add = static_cast<const arrow::StructType&>(*schema.GetFieldByName("add")->type());
  for (const char* name : {"stats_parsed", "partitionValues_parsed", "partitionValues"}) {
    if (const auto field = add.GetFieldByName(name)) CompressLeaves(*field, std::string("add.") + name, codec, builder);
  }
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
                                                                                MakeProperties(*schema, codec, pool)));
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

ActionFile::ActionFile(const storage::Environment& environment, std::string path, ActionFileOptions options)
    : environment_(environment), path_(std::move(path)), options_(std::move(options)) {}

ActionFile::~ActionFile() {
  output_.reset();
  if (!temporary_.empty()) (void)environment_.files.Remove(temporary_);
}

core::Result<std::unique_ptr<ActionFile>> ActionFile::Open(const storage::Environment& environment, std::string path,
                                                           const CheckpointLayout& layout, ActionFileOptions options) {
  std::unique_ptr<ActionFile> file(new ActionFile(environment, std::move(path), std::move(options)));
  SLUICE_ASSIGN_OR_RETURN(file->schema_, CheckpointSchema(layout));
  file->temporary_ = LogTemporaryPath(file->path_, environment.random);
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<storage::WritableFile> out, environment.files.CreateNew(file->temporary_));
  const auto open = [&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(file->output_,
                            Output::Open(std::move(out), file->schema_, file->options_.codec, environment.pool));
    return core::Ok();
  };
  SLUICE_TRY(parquet::Guarded(core::ErrorKind::kInternal, open));
  const arrow::Schema& schema = *file->schema_;
  file->state_columns_ = std::make_unique<StateColumns>(schema, environment.pool);
  file->add_column_ = std::make_unique<AddColumnWriter>(layout, schema.GetFieldByName("add")->type(), environment.pool);
  file->remove_column_ =
      std::make_unique<RemoveColumnWriter>(schema.GetFieldByName("remove")->type(), environment.pool);
  return file;
}

core::Status ActionFile::WriteState(const delta::ActionSet& actions, bool own_row_group) {
  SLUICE_TRY(state_columns_->Append(actions, group_rows_));
  return own_row_group ? Flush() : core::Ok();
}

core::Status ActionFile::Add(const FileSegment& files, std::uint32_t row, std::string_view stats) {
  SLUICE_TRY(add_column_->PadTo(group_rows_));
  SLUICE_TRY(add_column_->Append(files, row, stats));
  ++adds_;
  return EndRow();
}

core::Status ActionFile::Remove(const delta::RemoveFile& remove) {
  SLUICE_TRY(remove_column_->PadTo(group_rows_));
  SLUICE_TRY(remove_column_->Append(remove));
  ++removes_;
  return EndRow();
}

core::Status ActionFile::EndRow() {
  ++group_rows_;
  const bool full = group_rows_ >= options_.row_group_rows || add_column_->bytes() >= options_.row_group_bytes;
  return full ? Flush() : core::Ok();
}

core::Status ActionFile::Flush() {
  if (group_rows_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto columns, state_columns_->Finish(group_rows_));
  SLUICE_TRY(add_column_->PadTo(group_rows_));
  SLUICE_TRY(remove_column_->PadTo(group_rows_));
  SLUICE_ASSIGN_OR_RETURN(columns["add"], add_column_->Finish());
  SLUICE_ASSIGN_OR_RETURN(columns["remove"], remove_column_->Finish());
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& field : schema_->fields()) {
    std::shared_ptr<arrow::Array>& array = columns[field->name()];
    if (array == nullptr) {
      SLUICE_ASSIGN_OR_RETURN(array, arrow::MakeArrayOfNull(field->type(), group_rows_, environment_.pool));
    }
    arrays.push_back(std::move(array));
  }
  rows_ += group_rows_;
  const std::int64_t rows = std::exchange(group_rows_, 0);
  return output_->Write(*arrow::Table::Make(schema_, arrays, rows));
}

core::Result<std::uint64_t> ActionFile::Finish() {
  SLUICE_TRY(Flush());
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
    if (footer->num_rows() == rows_ && adds == static_cast<std::int64_t>(adds_) &&
        removes == static_cast<std::int64_t>(removes_)) {
      return core::Ok();
    }
    return core::Corruption("the checkpoint that was written to '" + temporary_ + "' holds " + std::to_string(adds) +
                            " files and " + std::to_string(removes) + " tombstones in " +
                            std::to_string(footer->num_rows()) + " rows; written were " + std::to_string(adds_) + ", " +
                            std::to_string(removes_) + " and " + std::to_string(rows_));
  });
}

core::Status ActionFile::Publish() {
  SLUICE_TRY(environment_.files.Rename(temporary_, path_));
  temporary_.clear();
  return core::Ok();
}

}  // namespace sluice::delta_log
