#include "csv/record_index.h"

#include <arrow/memory_pool.h>

#include <algorithm>
#include <random>

#include "csv/chunk_splitter.h"
#include "csv/csv_model.h"
#include "csv/field_gather.h"
#include "csv/reject_builder.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

namespace sluice::csv {
namespace {

struct Outcome {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t line = 0;
  bool faulty = false;
  std::vector<std::optional<std::string>> fields = {};

  bool operator==(const Outcome& other) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "[" << outcome.begin << "," << outcome.end << ") line " << outcome.line << (outcome.faulty ? " faulty" : "");
  for (const auto& field : outcome.fields) *out << " <" << field.value_or("NULL") << ">";
}

struct Setting {
  Dialect dialect = {};
  std::size_t columns = 3;
  std::size_t chunk_bytes = std::size_t{1} << 20;
  const ScanKernel* kernel = &ScalarKernel();
};

/// All records of `text`, by way of chunks, tiles and gathered fields.
std::vector<Outcome> ReadByIndex(const std::string& text, const Setting& setting) {
  BufferPool buffers(setting.chunk_bytes, 2, arrow::default_memory_pool());
  ChunkSplitter splitter(storage::StreamFromString(text), {.chunk_bytes = setting.chunk_bytes}, buffers,
                         *setting.kernel);
  splitter.SetDialect(setting.dialect);
  const IndexOptions options{.dialect = setting.dialect, .columns = setting.columns};
  RecordIndex index(options, *setting.kernel);
  FieldGather gather(setting.dialect);
  RejectBuilder places("", options, *setting.kernel);
  std::vector<Outcome> outcomes;
  std::vector<Outcome> good;
  while (true) {
    auto chunk = *splitter.Next();
    if (!chunk) break;
    index.Start(*chunk);
    places.Start(*chunk);
    good.clear();
    std::size_t good_count = 0;
    while (index.NextTile()) {
      for (const Record& record : index.faulty()) places.Add(record, "faulty", "");
      for (const Record& record : index.good()) places.Add(record, "good", "");
      good.resize(good_count + index.good().size());
      for (std::size_t c = 0; c < setting.columns; ++c) {
        const auto& texts = gather.Gather(chunk->text(), index, c);
        for (std::size_t i = 0; i < texts.size(); ++i) {
          good[good_count + i].fields.push_back(texts[i].data() != nullptr ? std::optional(std::string(texts[i]))
                                                                           : std::nullopt);
        }
      }
      good_count = good.size();
    }
    std::size_t next = 0;
    for (const columns::Reject& place : places.Take()) {
      Outcome outcome;
      if (place.column == "good") outcome = good[next++];
      outcome.begin = place.byte_begin;
      outcome.end = place.byte_end;
      outcome.line = place.line;
      outcome.faulty = place.column == "faulty";
      outcomes.push_back(std::move(outcome));
    }
    EXPECT_LE(good.size(), chunk->records_max);
    buffers.Return(chunk->buffer);
  }
  return outcomes;
}

std::vector<Outcome> ReadByModel(const std::string& text, const Setting& setting) {
  std::vector<Outcome> outcomes;
  for (ModelRecord& record : ReadModel(text, setting.dialect, setting.columns)) {
    Outcome outcome{.begin = record.begin, .end = record.end, .line = record.line};
    outcome.faulty = record.faulty || record.fields.size() != setting.columns;
    if (!outcome.faulty) outcome.fields = std::move(record.fields);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::vector<const ScanKernel*> Kernels() {
  std::vector<const ScanKernel*> kernels = {&ScalarKernel()};
  if (Avx2Kernel() != nullptr) kernels.push_back(Avx2Kernel());
  return kernels;
}

/// Pieces joined at random: the more regular ones more often, so that both ways of scanning are taken.
std::string RandomText(std::mt19937& random, bool regular) {
  static const std::vector<std::string> kRegular = {"a",
                                                    "bc",
                                                    "12.5",
                                                    ",",
                                                    ",",
                                                    ",",
                                                    "\n",
                                                    "\n",
                                                    "\r\n",
                                                    "\r",
                                                    "",
                                                    "",
                                                    "longer text, no",
                                                    "0123456789012345678901234567890123456789"};
  static const std::vector<std::string> kQuoted = {",\"q\"",      "\n\"q\nr\",",     ",\"\"\"\"",
                                                   ",\"a\"\"b\"", ",\"x,y\r\nz\"\n", ",\"\""};
  static const std::vector<std::string> kStray = {"\"", "a\"b", "\"a\"b", "\"\"", "\\", "\\\"", std::string(1, '\0')};
  std::string text;
  const std::size_t pieces = random() % (1 + random() % 120);
  for (std::size_t i = 0; i < pieces; ++i) {
    const unsigned kind = static_cast<unsigned>(random() % 20);
    const auto& from = kind < 14 ? kRegular : (kind < 19 || regular ? kQuoted : kStray);
    text += from[random() % from.size()];
  }
  return text;
}

TEST(RecordIndex, AgreesWithTheModelForEveryChunkSizeAndKernel) {
  std::mt19937 random(11);
  for (int round = 0; round < 6000; ++round) {
    const std::string text = RandomText(random, round % 3 == 0);
    Setting setting{.columns = 1 + random() % 4, .chunk_bytes = 1 + random() % 200};
    if (round % 5 == 0) setting.dialect.escape = '\\';
    if (round % 11 == 0) setting.dialect.quote = '\0';
    const std::vector<Outcome> expected = ReadByModel(text, setting);
    for (const ScanKernel* kernel : Kernels()) {
      setting.kernel = kernel;
      ASSERT_EQ(ReadByIndex(text, setting), expected)
          << kernel->name << " round " << round << " chunk " << setting.chunk_bytes << " columns " << setting.columns
          << " text " << ::testing::PrintToString(text);
    }
  }
}

TEST(RecordIndex, LongTextsAgreeAcrossManyTiles) {
  std::mt19937 random(12);
  for (int round = 0; round < 12; ++round) {
    std::string text;
    while (text.size() < 300'000) {
      text += "1,\"a " + std::string(random() % 30, 'x') + (random() % 3 == 0 ? "\n" : "") + "\",";
      text += random() % 50 == 0 ? "3,4\n" : "\n";
      if (round % 2 == 1 && random() % 500 == 0) text += "1,x\"y,3\n\"a\"b,2,3\n";
    }
    Setting setting{.columns = 3, .chunk_bytes = 1000 + random() % 100'000};
    const std::vector<Outcome> expected = ReadByModel(text, setting);
    for (const ScanKernel* kernel : Kernels()) {
      setting.kernel = kernel;
      ASSERT_TRUE(ReadByIndex(text, setting) == expected) << kernel->name;
    }
  }
}

TEST(RecordIndex, RecordsWithFarTooManyFieldsNeedNoMemory) {
  const std::string text = "a,b\n" + std::string(5'000'000, ',') + "\nc,d\n";
  const auto outcomes = ReadByIndex(text, {.columns = 2, .chunk_bytes = 16 << 20});
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_FALSE(outcomes[0].faulty);
  EXPECT_TRUE(outcomes[1].faulty);
  EXPECT_EQ(outcomes[2].fields, (std::vector<std::optional<std::string>>{"c", "d"}));
}

TEST(ChunkSplitter, CutsDependOnlyOnTheBytes) {
  const std::string text = "a,b\n\"x\ny\",2\n3,4\n";
  BufferPool buffers(1, 2, arrow::default_memory_pool());
  ChunkSplitter splitter(storage::StreamFromString(text), {.chunk_bytes = 5}, buffers, BestKernel());
  std::vector<std::string> chunks;
  while (auto chunk = *splitter.Next()) chunks.emplace_back(chunk->text() + chunk->begin, chunk->end - chunk->begin);
  EXPECT_EQ(chunks, (std::vector<std::string>{"a,b\n", "\"x\ny\",2\n", "3,4\n"}));
}

TEST(ChunkSplitter, ARecordBeyondTheLimitIsSkippedWithoutBeingHeld) {
  const std::string text = "1,2\n\"" + std::string(300'000, '\n') + "\",2\r\n3,4\n";
  BufferPool buffers(100, 2, arrow::default_memory_pool());
  ChunkSplitter splitter(storage::StreamFromString(text), {.chunk_bytes = 100, .record_bytes_max = 1000}, buffers,
                         BestKernel());
  EXPECT_EQ((*splitter.Next())->end, 4u);
  const auto oversized = *splitter.Next();
  EXPECT_EQ(oversized->oversized_bytes, 300'004u);
  EXPECT_EQ(oversized->offset, 4u);
  EXPECT_EQ(oversized->first_line, 2u);
  const auto last = *splitter.Next();
  EXPECT_EQ(std::string(last->text(), last->end), "3,4\n");
  EXPECT_EQ(last->offset, 4u + 300'006u);
  EXPECT_EQ(last->first_line, 300'003u);
  EXPECT_FALSE(*splitter.Next());
}

TEST(ChunkSplitter, SkipsAByteOrderMark) {
  BufferPool buffers(1, 2, arrow::default_memory_pool());
  ChunkSplitter splitter(storage::StreamFromString("\xEF\xBB\xBF"
                                                   "a\n"),
                         {.chunk_bytes = 1}, buffers, BestKernel());
  auto next = splitter.Next();
  ASSERT_TRUE(next.has_value() && next->has_value());
  const Chunk& chunk = **next;
  EXPECT_EQ(std::string(chunk.text(), chunk.end), "a\n");
  EXPECT_EQ(chunk.offset, 3u);
}

}  // namespace
}  // namespace sluice::csv
