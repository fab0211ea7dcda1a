#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "library/test_stream.h"
#include "sluice/table.h"
#include "table/row_text.h"
#include "tests/support/scratch_folder.h"

namespace sluice {

/// Succeeds for a Result that holds a value, or prints the error.
MATCHER(Succeeds, negation ? "holds an error" : "is ok") {
  if (arg.ok()) return true;
  *result_listener << arg.error().ToString();
  return false;
}

/// Succeeds for an error of `kind` whose whole text matches `text`.
MATCHER_P2(FailsWith, kind, text, "fails") {
  if (arg.ok()) {
    *result_listener << "holds a value";
    return false;
  }
  *result_listener << arg.error().ToString();
  return arg.error().kind == kind && ::testing::ExplainMatchResult(text, arg.error().ToString(), result_listener);
}

/// Rows as texts, sorted; the stream is released.
inline std::vector<std::string> TextsOf(ArrowArrayStream* stream) {
  const auto read = ReadAll(stream);
  if (!read.ok()) return {read.status().ToString()};
  std::vector<std::string> texts;
  const auto rows = (*read)->CombineChunksToBatch().ValueOrDie();
  table::AppendRowTexts(*rows, texts);
  std::sort(texts.begin(), texts.end());
  return texts;
}

inline std::vector<std::string> TextsOf(const arrow::RecordBatch& rows) {
  std::vector<std::string> texts;
  table::AppendRowTexts(rows, texts);
  std::sort(texts.begin(), texts.end());
  return texts;
}

inline std::vector<std::string> RowsIn(const Snapshot& snapshot, const ScanOptions& options = {}) {
  ArrowArrayStream stream;
  const Status opened = snapshot.Scan(options, &stream);
  if (!opened) return {opened.error().ToString()};
  return TextsOf(&stream);
}

/// A table `n int64, s string` on disk.
class TableFixture : public ::testing::Test {
 protected:
  static constexpr const char* kColumns = "n int64, s string";

  Engine engine_ = *Engine::Start({.memory_bytes = std::uint64_t{256} << 20, .threads = 2});
  testing::ScratchFolder folder_;
  std::string path_ = folder_ / "t";

  Table Create(const CreateOptions& options = {}) { return *Table::Create(engine_, path_, kColumns, options); }
  static std::shared_ptr<arrow::RecordBatch> Rows(const std::string& json) {
    return RowsOf({arrow::field("n", arrow::int64()), arrow::field("s", arrow::utf8())}, json);
  }
  /// The version of the commit, or -1.
  static std::int64_t Append(Table& table, const std::string& json, const WriteOptions& options = {}) {
    TestStream stream({Rows(json)});
    const auto outcome = table.Write(stream.get(), options);
    EXPECT_THAT(outcome, Succeeds());
    const auto* committed = outcome ? std::get_if<Committed>(&*outcome) : nullptr;
    return committed != nullptr ? committed->version : -1;
  }
  std::size_t DataFiles() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.path().extension() == ".parquet" && entry.path().string().find("_delta_log") == std::string::npos)
        ++count;
    }
    return count;
  }
};

}  // namespace sluice
