// What writing Parquet costs, without reading anything: the mixed rows of the file benchmark, made in memory.
#include <arrow/builder.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/table_builder.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/executor.h"
#include "core/random.h"
#include "parquet/writer.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"

namespace {

using namespace sluice;

constexpr std::int64_t kBatchRows = 64 * 1024;
constexpr std::int64_t kBatches = 32;
constexpr std::array<const char*, 64> kWords = {
    "retry", "after",   "timeout", "plan",    "cached",   "index",     "scan",      "slow",
    "disk",  "replica", "lag",     "batch",   "job",      "nightly",   "report",    "customer",
    "asked", "refund",  "order",   "shipped", "late",     "invoice",   "paid",      "twice",
    "café",  "größe",   "naïve",   "queue",   "full",     "worker",    "restarted", "ok",
    "done",  "see",     "ticket",  "region",  "moved",    "checksum",  "mismatch",  "page",
    "split", "vacuum",  "lock",    "wait",    "deadlock", "victim",    "resolved",  "by",
    "hand",  "schema",  "changed", "column",  "added",    "partition", "dropped",   "retry",
    "after", "timeout", "plan",    "cached",  "index",    "scan",      "slow",      "disk"};

class Discard final : public storage::WritableFile {
 public:
  core::Status Append(std::string_view bytes) override {
    bytes_ += bytes.size();
    return core::Ok();
  }
  core::Status Sync() override { return core::Ok(); }
  core::Status Close() override { return core::Ok(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

schema::Schema MixedSchema() {
  return *schema::ParseColumns(
      "id int64, created timestamp(us), price decimal(12,2), score float64, status string, region string, "
      "quantity int32, active bool, hash string, note string");
}

std::string Word(std::uint64_t bits) { return kWords[bits & 63]; }

std::string Note(std::uint64_t b) {
  const std::uint64_t form = (b >> 26) & 63;
  if (form < 3) return Word(b >> 32) + "\n" + Word(b >> 38) + " " + Word(b >> 44);
  if (form < 6) return Word(b >> 32) + " \"" + Word(b >> 38) + "\"";
  if (form < 13) return Word(b >> 32) + ", " + Word(b >> 38);
  if (form < 45) return Word(b >> 32) + " " + Word(b >> 38) + " " + Word(b >> 44);
  return Word(b >> 32) + " " + Word(b >> 38);
}

template <typename Builder, typename Value>
void Add(arrow::RecordBatchBuilder& batch, int column, const Value& value) {
  (void)batch.GetFieldAs<Builder>(column)->Append(value);
}

void AddRow(arrow::RecordBatchBuilder& batch, std::int64_t i, core::Random& random) {
  constexpr std::array<const char*, 8> kStatus = {"ok", "ok", "ok", "ok", "slow", "error", "retry", "timeout"};
  constexpr std::array<const char*, 8> kRegion = {"eu-1", "eu-2", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "af-1"};
  const std::uint64_t a = random.Next() >> 1;
  const std::uint64_t b = random.Next() >> 1;
  Add<arrow::Int64Builder>(batch, 0, i);
  Add<arrow::TimestampBuilder>(batch, 1, (1735689600 + i * 9 / 10 + static_cast<std::int64_t>(a & 7)) * 1'000'000);
  const std::uint64_t cents = 99 + ((a >> 3) & 1023) * ((a >> 13) & 63);
  Add<arrow::Decimal128Builder>(batch, 2, arrow::Decimal128(static_cast<std::int64_t>(cents)));
  const auto sum = static_cast<double>(((a >> 25) & 8191) + ((a >> 38) & 8191) + ((b >> 13) & 8191));
  if (((a >> 19) & 63) == 0) {
    (void)batch.GetField(3)->AppendNull();
  } else {
    Add<arrow::DoubleBuilder>(batch, 3, std::round((sum / 65.536 - 187.5) * 1e4) / 1e4);
  }
  Add<arrow::StringBuilder>(batch, 4, kStatus[(a >> 51) & 7]);
  Add<arrow::StringBuilder>(batch, 5, kRegion[(a >> 54) & 7]);
  Add<arrow::Int32Builder>(batch, 6, static_cast<std::int32_t>(((a >> 57) & 1) == 0 ? b & 15 : b & 8191));
  Add<arrow::BooleanBuilder>(batch, 7, ((a >> 58) & 3) > 0);
  std::array<char, 33> hash{};
  std::snprintf(hash.data(), hash.size(), "%016llx%016llx", static_cast<unsigned long long>(random.Next()),
                static_cast<unsigned long long>(random.Next()));
  Add<arrow::StringBuilder>(batch, 8, std::string(hash.data(), 32));
  if ((a >> 60) < 3) {
    (void)batch.GetField(9)->AppendNull();
  } else {
    Add<arrow::StringBuilder>(batch, 9, Note(b));
  }
}

const std::vector<std::shared_ptr<arrow::RecordBatch>>& MixedRows() {
  static const auto batches = [] {
    core::SeededRandom random(7);
    auto builder = *arrow::RecordBatchBuilder::Make(schema::ToArrow(MixedSchema()), arrow::default_memory_pool());
    std::vector<std::shared_ptr<arrow::RecordBatch>> made;
    for (std::int64_t i = 1; i <= kBatches * kBatchRows; ++i) {
      AddRow(*builder, i, random);
      if (i % kBatchRows == 0) made.push_back(*builder->Flush());
    }
    return made;
  }();
  return batches;
}

parquet::WriteOptions OptionsFor(const std::string& codec) {
  parquet::WriteOptions options;
  options.codec = *parquet::ParseCodec(codec);
  const char* forced = std::getenv("SLUICE_BENCH_ENCODING");  // "score=bss,hash=plain"
  std::string rest = forced == nullptr ? "" : forced;
  while (!rest.empty()) {
    const std::string item = rest.substr(0, rest.find(','));
    rest.erase(0, std::min(rest.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    options.encodings.emplace_back(item.substr(0, equals), *parquet::ParseEncoding(item.substr(equals + 1)));
  }
  return options;
}

void BM_WriteMixed(benchmark::State& state, const std::string& codec) {
  const auto& batches = MixedRows();
  std::uint64_t bytes = 0;
  parquet::FileSummary summary;
  for (auto _ : state) {
    core::Executor executor(static_cast<std::size_t>(state.range(0)));
    Discard file;
    auto writer =
        *parquet::FileWriter::Open(file, MixedSchema(), OptionsFor(codec), executor, arrow::default_memory_pool());
    for (const auto& batch : batches) {
      if (!writer->Write(batch).has_value()) state.SkipWithError("write failed");
    }
    summary = *writer->Close();
    bytes = file.bytes();
  }
  state.SetItemsProcessed(state.iterations() * kBatches * kBatchRows);
  state.counters["bytes_per_row"] = static_cast<double>(bytes) / static_cast<double>(kBatches * kBatchRows);
  state.counters["peak_pool_MiB"] = static_cast<double>(arrow::default_memory_pool()->max_memory()) / 1048576.0;
  if (std::getenv("SLUICE_BENCH_EXPLAIN") == nullptr) return;
  for (const parquet::ColumnSummary& column : summary.columns) {
    std::printf(
        "  %-9s %-6s %6.3f -> %6.3f  %s\n", column.column.c_str(), std::string(FormatEncoding(column.encoding)).c_str(),
        static_cast<double>(column.bytes_encoded) / static_cast<double>(summary.rows),
        static_cast<double>(column.bytes_compressed) / static_cast<double>(summary.rows), column.reason.c_str());
  }
}

void BM_WriteDay(benchmark::State& state) {
  const auto day = MixedRows()[0]->Slice(0, 1234);
  for (auto _ : state) {
    core::Executor executor(1);
    Discard file;
    auto writer =
        *parquet::FileWriter::Open(file, MixedSchema(), OptionsFor("snappy"), executor, arrow::default_memory_pool());
    if (!writer->Write(day).has_value() || !writer->Close().has_value()) state.SkipWithError("write failed");
  }
}

constexpr int kWideColumns = 1000;
constexpr std::int64_t kWideRows = 1120;

schema::Schema WideSchema() {
  schema::Schema schema;
  for (int i = 0; i < kWideColumns; ++i) {
    schema.fields.push_back({.name = "c" + std::to_string(i), .type = schema::Simple(schema::TypeKind::kFloat64)});
  }
  return schema;
}

std::shared_ptr<arrow::RecordBatch> WideRows(core::Random& random) {
  arrow::ArrayVector columns;
  for (int i = 0; i < kWideColumns; ++i) {
    arrow::DoubleBuilder builder;
    for (std::int64_t row = 0; row < kWideRows; ++row) {
      (void)builder.Append(static_cast<double>(random.Next() % 1'000'000'000) / 1e3 - 5e5);
    }
    columns.push_back(*builder.Finish());
  }
  return arrow::RecordBatch::Make(schema::ToArrow(WideSchema()), kWideRows, columns);
}

void BM_WriteWide(benchmark::State& state) {
  constexpr int kWideBatches = 16;
  core::SeededRandom random(3);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (int i = 0; i < kWideBatches; ++i) batches.push_back(WideRows(random));
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    core::Executor executor(1);
    Discard file;
    auto writer =
        *parquet::FileWriter::Open(file, WideSchema(), OptionsFor("zstd:3"), executor, arrow::default_memory_pool());
    for (const auto& batch : batches) {
      if (!writer->Write(batch).has_value()) state.SkipWithError("write failed");
    }
    const auto summary = writer->Close();
    if (!summary.has_value()) return state.SkipWithError("close failed");
    state.SetLabel(summary->columns[0].reason);
    bytes = file.bytes();
  }
  state.counters["bytes_per_value"] = static_cast<double>(bytes) / (kWideBatches * kWideRows * double{kWideColumns});
}

BENCHMARK(BM_WriteDay)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WriteWide)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_WriteMixed, zstd3, "zstd:3")->Arg(1)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_WriteMixed, zstd1, "zstd:1")->Arg(1)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_WriteMixed, snappy, "snappy")->Arg(1)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_WriteMixed, zstd3_threads, "zstd:3")
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
