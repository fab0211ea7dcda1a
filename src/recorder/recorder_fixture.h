#pragma once

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/cancellation.h"
#include "core/executor.h"
#include "parquet/open_file.h"
#include "recorder/recording.h"
#include "schema/arrow_error.h"
#include "storage/local_file_system.h"
#include "storage/path.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::recorder {

/// Repeatable, and for a test and the thread behind its recorder at once.
class SharedRandom final : public core::Random {
 public:
  explicit SharedRandom(std::uint64_t seed) : random_(seed) {}
  std::uint64_t Next() override {
    const std::lock_guard lock(mutex_);
    return random_.Next();
  }

 private:
  std::mutex mutex_;
  core::SeededRandom random_;
};

/// A machine for one test: real files, a seeded source of ids.
struct RecorderWorld {
  explicit RecorderWorld(storage::FileSystem* files = nullptr)
      : environment{files == nullptr ? local : *files, clock,    random, executor, cancellation,
                    arrow::default_memory_pool(),      256 << 20} {
    options.directory = folder / "data";
    options.mapping_directory = folder / "memory";
    options.limits.hand_over_after = std::chrono::milliseconds(1);
  }

  /// All rows of a recorder's published files, by the manifest, as one table.
  std::shared_ptr<arrow::Table> Rows(const std::string& in) {
    std::vector<std::shared_ptr<arrow::Table>> tables;
    auto manifest = ReadManifest(local, in);
    EXPECT_OK(manifest);
    for (const ManifestFile& file : manifest->files) {
      auto opened = local.OpenRandomAccess(storage::JoinPath(in, file.file));
      EXPECT_OK(opened);
      auto reader = parquet::OpenArrowReader(*std::move(opened), file.file, 1 << 16, arrow::default_memory_pool());
      EXPECT_OK(reader);
      const std::shared_ptr<arrow::Table> table = (*reader)->ReadTable().ValueOrDie();
      EXPECT_EQ(static_cast<std::uint64_t>(table->num_rows()), file.rows);
      EXPECT_EQ(std::filesystem::file_size(storage::JoinPath(in, file.file)), file.bytes);
      tables.push_back(table->ReplaceSchemaMetadata(nullptr));
    }
    if (tables.empty()) return nullptr;
    return arrow::ConcatenateTables(tables).ValueOrDie()->CombineChunks().ValueOrDie();
  }

  // In memory where it can be: a sweep syncs thousands of times.
  testing::ScratchFolder folder{std::filesystem::exists("/dev/shm") ? "/dev/shm"
                                                                    : std::filesystem::temp_directory_path()};
  storage::LocalFileSystem local;
  core::SystemClock clock;
  SharedRandom random{7};
  core::Executor executor{1};
  core::Cancellation cancellation;
  storage::Environment environment;
  RecordingOptions options;
};

}  // namespace sluice::recorder
