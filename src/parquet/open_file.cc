#include "parquet/open_file.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

#include "parquet/file_streams.h"

namespace sluice::parquet {
namespace {

constexpr std::uint64_t kSmallestFile = 12;  // magic, footer length, magic
constexpr std::int64_t kReadBytes = 1024 * 1024;

// Say what is wrong in the words of someone who has the wrong file, before the library says it in its own.
core::Status CheckFrame(storage::RandomAccessFile& file, const std::string& source) {
  if (file.size() < kSmallestFile) {
    return core::Corruption(fmt::format("{}: {} bytes are too few for a Parquet file", source, file.size()))
        .WithHint("write the file again");
  }
  std::array<char, 4> begin{};
  std::array<char, 4> end{};
  SLUICE_TRY(file.ReadAt(0, begin));
  SLUICE_TRY(file.ReadAt(file.size() - end.size(), end));
  const auto is = [](const std::array<char, 4>& bytes, const char* magic) {
    return std::memcmp(bytes.data(), magic, bytes.size()) == 0;
  };
  if (!is(begin, "PAR1") && !is(begin, "PARE")) {
    return core::Corruption(fmt::format("{} is not a Parquet file: it does not begin with PAR1", source))
        .WithHint("say what it is with --format");
  }
  if (is(end, "PAR1")) return core::Ok();
  if (is(end, "PARE") || is(begin, "PARE")) return core::Unsupported(source + " is encrypted");
  return core::Corruption(fmt::format("{} is cut off: it does not end with PAR1", source))
      .WithHint("copy or write the file again");
}

::parquet::ReaderProperties ReadProperties(arrow::MemoryPool* pool) {
  ::parquet::ReaderProperties properties(pool);
  properties.enable_buffered_stream();  // pages, not whole column chunks, in memory
  properties.set_buffer_size(kReadBytes);
  properties.set_page_checksum_verification(true);
  return properties;
}

::parquet::ArrowReaderProperties ArrowProperties(std::int64_t batch_rows) {
  ::parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_pre_buffer(false);
  properties.set_batch_size(batch_rows);
  return properties;
}

core::Result<std::unique_ptr<::parquet::arrow::FileReader>> Open(std::unique_ptr<storage::RandomAccessFile> file,
                                                                 const std::string& source,
                                                                 const ::parquet::ArrowReaderProperties& properties,
                                                                 arrow::MemoryPool* pool) {
  using Opened = core::Result<std::unique_ptr<::parquet::arrow::FileReader>>;
  SLUICE_ASSIGN_OR_RETURN(auto reader, OpenParquetReader(std::move(file), source, pool));
  return ReadGuarded(source, [&]() -> Opened {
    SLUICE_ASSIGN_OR_RETURN(auto opened, ::parquet::arrow::FileReader::Make(pool, std::move(reader), properties));
    return opened;
  });
}

}  // namespace

core::Error ReadError(core::Error error, const std::string& source) {
  switch (error.kind()) {
    // Arrow calls wrong bytes invalid arguments, I/O errors or failed conversions. True I/O errors keep their kind.
    case core::ErrorKind::kInvalidInput:
    case core::ErrorKind::kNotFound:
    case core::ErrorKind::kInternal:
    case core::ErrorKind::kIo:
    case core::ErrorKind::kCorruption: {
      core::Error corruption = core::Corruption(fmt::format("{}: {}", source, error.message()));
      for (const std::string& line : error.context()) corruption = std::move(corruption).WithContext(line);
      return std::move(corruption).WithHint("the file is damaged: copy or write it again");
    }
    default: return std::move(error).WithPrefix(source + ": ");
  }
}

core::Result<std::unique_ptr<::parquet::ParquetFileReader>> OpenParquetReader(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, arrow::MemoryPool* pool) {
  using Opened = core::Result<std::unique_ptr<::parquet::ParquetFileReader>>;
  SLUICE_TRY(CheckFrame(*file, source));
  return ReadGuarded(source, [&]() -> Opened {
    auto input = std::make_shared<FileInput>(std::move(file), pool);
    return ::parquet::ParquetFileReader::Open(std::move(input), ReadProperties(pool));
  });
}

core::Result<std::unique_ptr<::parquet::arrow::FileReader>> OpenArrowReader(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, std::int64_t batch_rows,
    arrow::MemoryPool* pool) {
  ::parquet::ArrowReaderProperties properties = ArrowProperties(batch_rows);
  properties.set_arrow_extensions_enabled(true);
  return Open(std::move(file), source, properties, pool);
}

core::Result<std::unique_ptr<::parquet::arrow::FileReader>> OpenTableFile(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, std::int64_t batch_rows,
    arrow::MemoryPool* pool) {
  ::parquet::ArrowReaderProperties properties = ArrowProperties(batch_rows);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return Open(std::move(file), source, properties, pool);
}

}  // namespace sluice::parquet
