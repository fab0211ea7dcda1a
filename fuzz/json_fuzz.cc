// The first three bytes choose the layout, the chunk size and the schema; the rest is the input. Whatever the bytes:
// no crash, every record is a row or a reject, and a record that inference saw fits the schema it inferred.
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include <cstdlib>
#include <string>

#include "json/inference.h"
#include "json/reader.h"
#include "schema/type_text.h"
#include "storage/memory_stream.h"

namespace {

using namespace sluice;

struct Counts {
  std::uint64_t rows = 0;
  std::uint64_t rejects = 0;
};

void Require(bool good) {
  if (!good) std::abort();
}

core::Result<Counts> Read(const std::string& text, const json::JsonOptions& options, const schema::TableSpec& spec) {
  core::Executor executor(1);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<json::Reader> reader,
                          json::Reader::Open(storage::StreamFromString(text), "fuzz", options, spec, executor,
                                             cancellation, arrow::default_memory_pool()));
  Counts counts;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<columns::RowBatch> batch, reader->Next());
    if (!batch) return counts;
    Require(batch->rows->ValidateFull().ok());
    counts.rows += static_cast<std::uint64_t>(batch->rows->num_rows());
    counts.rejects += batch->rejects.size();
  }
}

schema::TableSpec Declared(std::uint8_t choice) {
  static constexpr std::string_view kColumns[] = {
      "a int64, b string, c list<int64>, d struct<x json, y float64>",
      "a decimal(12,2), b json, c map<string,bool>, d timestamp(us)",
      "a uuid, b binary, c list<list<string>>, d struct<x struct<y int8 not null>>",
      "a int64, b string, c bool, d float64",
  };
  schema::TableSpec spec = schema::SpecOf(schema::ParseColumns(kColumns[choice % 4]).value());
  if ((choice & 4) != 0) spec.extra = schema::ExtraColumns::kIgnore;
  if ((choice & 8) != 0) spec.records = "r";
  if ((choice & 16) != 0) spec.columns[0].from = "d.x";
  return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 3, size - 3);
  json::JsonOptions options;
  options.layout = static_cast<json::Layout>(data[0] % 3);
  options.chunk_bytes = 1 + std::size_t{data[1]} * 4;
  options.record_bytes_max = 2000;
  options.members_max = 8;
  options.columns_max = 20;
  const schema::TableSpec declared = Declared(data[2]);
  (void)Read(text, options, declared);

  core::Executor executor(1);
  const core::Cancellation cancellation;
  const auto inference = json::Infer(storage::StreamFromString(text), "fuzz", options, declared, executor, cancellation,
                                     arrow::default_memory_pool());
  if (!inference) return 0;
  options.text_takes_any_value = true;
  const auto counts = Read(text, options, inference->spec);
  Require(counts.has_value());
  Require(counts->rows + counts->rejects == inference->records);
  Require(counts->rejects <= inference->rejected);
  return 0;
}
