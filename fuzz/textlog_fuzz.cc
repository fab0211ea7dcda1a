// The first byte is the chunk size, the first line after it a pattern, the rest the input. Whatever the bytes: no
// crash, and every line that is not blank is a row or a reject.
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include <cstdlib>
#include <string>

#include "storage/memory_stream.h"
#include "textlog/inference.h"
#include "textlog/reader.h"

namespace {

using namespace sluice;

void Require(bool good) {
  if (!good) std::abort();
}

core::Result<std::uint64_t> ReadRecords(const std::string& text, const textlog::TextlogOptions& options,
                                        const schema::TableSpec& spec) {
  core::Executor executor(1);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<textlog::Reader> reader,
                          textlog::Reader::Open(storage::StreamFromString(text), "fuzz", options, spec, executor,
                                                cancellation, arrow::default_memory_pool()));
  std::uint64_t records = 0;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<columns::RowBatch> batch, reader->Next());
    if (!batch) return records;
    Require(batch->rows->ValidateFull().ok());
    records += static_cast<std::uint64_t>(batch->rows->num_rows()) + batch->rejects.size();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  schema::TableSpec declared;
  declared.patterns = {text.substr(0, std::min<std::size_t>(line_end, 200)), "(?P<word>[a-z]+)=(?<meta>.*)"};
  text.erase(0, line_end + 1);
  const textlog::TextlogOptions options{.chunk_bytes = 1 + std::size_t{data[0]} * 4, .record_bytes_max = 2000};

  core::Executor executor(1);
  const core::Cancellation cancellation;
  auto inference = textlog::Infer(storage::StreamFromString(text), "fuzz", options, declared, executor, cancellation,
                                  arrow::default_memory_pool());
  if (!inference) return 0;
  const auto inferred = ReadRecords(text, options, inference->spec);
  Require(inferred.has_value() && *inferred == inference->records);
  for (schema::ColumnSpec& column : inference->spec.columns) {
    column.field.type = schema::Simple(schema::TypeKind::kJson);
  }
  const auto as_json = ReadRecords(text, options, inference->spec);
  Require(as_json.has_value() && *as_json == inference->records);
  return 0;
}
