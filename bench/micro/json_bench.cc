// What reading NDJSON costs, without writing anything: the mixed rows of the file benchmark, made in memory.
#include <arrow/memory_pool.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/cancellation.h"
#include "core/executor.h"
#include "core/random.h"
#include "json/inference.h"
#include "json/reader.h"
#include "schema/type_text.h"
#include "storage/byte_stream.h"

namespace {

using namespace sluice;

constexpr std::int64_t kRows = 300'000;
constexpr std::array<const char*, 16> kWords = {"retry", "after", "timeout", "café",  "index", "scan",
                                                "slow",  "größe", "lag",     "batch", "job",   "queue",
                                                "lock",  "wait",  "split",   "refund"};
constexpr std::array<const char*, 8> kStatus = {"ok", "ok", "ok", "ok", "slow", "error", "retry", "timeout"};
constexpr std::array<const char*, 8> kRegion = {"eu-1", "eu-2", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "af-1"};

schema::TableSpec MixedSpec() {
  return schema::SpecOf(*schema::ParseColumns(
      "id int64, created timestamp(us), price decimal(12,2), score float64, status string, region string, "
      "quantity int32, active bool, hash string, note string"));
}

std::string Note(std::uint64_t bits) {
  const char* first = kWords[bits & 15];
  const char* second = kWords[(bits >> 4) & 15];
  if ((bits >> 8 & 63) < 3) return fmt::format("\"{}\\n{}\"", first, second);
  if ((bits >> 8 & 63) < 6) return fmt::format("\"{} \\\"{}\\\"\"", first, second);
  if ((bits >> 8 & 63) < 30) return "null";
  return fmt::format("\"{} {} {}\"", first, second, kWords[(bits >> 14) & 15]);
}

const std::string& MixedLines() {
  static const std::string text = [] {
    core::SeededRandom random(7);
    std::string lines;
    for (std::int64_t i = 1; i <= kRows; ++i) {
      const std::uint64_t a = random.Next();
      const std::uint64_t b = random.Next();
      fmt::format_to(std::back_inserter(lines),
                     R"({{"id":{},"created":"2025-01-01 {:02}:{:02}:{:02}","price":{}.{:02},)", i, i / 14400 % 24,
                     i / 240 % 60, a & 31, (a >> 3) & 1023, (a >> 13) % 100);
      const std::string score =
          (a >> 19 & 63) == 0 ? "null" : fmt::format("{:.4f}", static_cast<double>(a >> 40 & 0xFFFFFF) / 65536 - 99);
      fmt::format_to(std::back_inserter(lines), R"("score":{},"status":"{}","region":"{}","quantity":{},"active":{},)",
                     score, kStatus[a >> 51 & 7], kRegion[a >> 54 & 7], (a >> 57 & 1) == 0 ? b & 15 : b & 8191,
                     (a >> 58 & 3) > 0);
      fmt::format_to(std::back_inserter(lines),
                     R"("hash":"{:016x}{:016x}","note":{}}})"
                     "\n",
                     random.Next(), random.Next(), Note(b >> 20));
    }
    return lines;
  }();
  return text;
}

/// The lines without a copy of them.
class MixedStream final : public storage::ByteStream {
 public:
  core::Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t read = std::min(out.size(), rest_.size());
    std::memcpy(out.data(), rest_.data(), read);
    rest_.remove_prefix(read);
    return read;
  }
  std::uint64_t stored_bytes_read() const override { return MixedLines().size() - rest_.size(); }

 private:
  std::string_view rest_ = MixedLines();
};

void SetBytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(MixedLines().size()));
}

void BM_ReadMixed(benchmark::State& state) {
  const core::Cancellation cancellation;
  for (auto _ : state) {
    core::Executor executor(1);
    auto reader = *json::Reader::Open(std::make_unique<MixedStream>(), "mixed.ndjson", {.layout = json::Layout::kLines},
                                      MixedSpec(), executor, cancellation, arrow::default_memory_pool());
    while (true) {
      auto batch = reader->Next();
      if (!batch || (*batch && !(**batch).rejects.empty())) return state.SkipWithError("read failed");
      if (!*batch) break;
    }
  }
  SetBytes(state);
}
BENCHMARK(BM_ReadMixed)->Unit(benchmark::kMillisecond);

void BM_InferMixed(benchmark::State& state) {
  const core::Cancellation cancellation;
  for (auto _ : state) {
    core::Executor executor(1);
    auto inferred = json::Infer(std::make_unique<MixedStream>(), "mixed.ndjson", {.layout = json::Layout::kLines}, {},
                                executor, cancellation, arrow::default_memory_pool());
    if (!inferred || inferred->rejected > 0) return state.SkipWithError("inference failed");
  }
  SetBytes(state);
}
BENCHMARK(BM_InferMixed)->Unit(benchmark::kMillisecond);

}  // namespace
