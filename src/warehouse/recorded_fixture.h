#pragma once

#include <arrow/builder.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/run_id.h"
#include "core/waiter.h"
#include "parquet/writer.h"
#include "recorder/manifest.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "storage/environment.h"
#include "storage/local_file_system.h"
#include "storage/sha256.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::warehouse {

/// What a process loads with: real files, one thread, waits that only move the clock.
struct LoadWorld final : core::Waiter {
  explicit LoadWorld(std::uint64_t seed = 7) : random(seed) {}
  core::Status Wait(std::chrono::microseconds time, const core::Cancellation& stop) override {
    clock.Advance(time);
    ++waits;
    return stop.Check();
  }

  storage::LocalFileSystem files;
  core::ManualClock clock{core::Timestamp(std::chrono::seconds(1767225600))};
  core::SeededRandom random;
  core::Executor executor{1};
  core::Cancellation cancellation;
  int waits = 0;
  storage::Environment environment{.files = files,
                                   .clock = clock,
                                   .random = random,
                                   .executor = executor,
                                   .cancellation = cancellation,
                                   .pool = arrow::default_memory_pool(),
                                   .memory_bytes = std::uint64_t{256} << 20};
};

inline constexpr std::uint64_t kRowsPerFile = 10;

/// A folder of a closed recorder with `count` files of 10 rows, (file, row) as "id" being different in all.
inline core::Status RecordFiles(const std::string& folder, std::uint64_t count,
                                const std::string& columns = "id int64 not null, note string") {
  LoadWorld world;
  SLUICE_TRY(world.files.CreateDirectories(folder));
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema schema, schema::ParseColumns(columns));
  recorder::Manifest manifest;
  for (std::uint64_t sequence = 0; sequence < count; ++sequence) {
    arrow::Int64Builder ids;
    arrow::StringBuilder notes;
    for (std::uint64_t row = 0; row < kRowsPerFile; ++row) {
      static_cast<void>(ids.Append(static_cast<std::int64_t>(sequence * 1000 + row)));
      static_cast<void>(row % 3 == 0 ? notes.AppendNull() : notes.Append("n"));
    }
    const std::string name = fmt::format("qe_t_w_{:04}.parquet", sequence);
    const std::string path = folder + "/" + name;
    SLUICE_ASSIGN_OR_RETURN(const auto file, world.files.Create(path));
    SLUICE_ASSIGN_OR_RETURN(const auto writer,
                            parquet::FileWriter::Open(*file, schema, {}, world.executor, arrow::default_memory_pool()));
    SLUICE_TRY(writer->Write(
        arrow::RecordBatch::Make(schema::ToArrow(schema), kRowsPerFile, {*ids.Finish(), *notes.Finish()})));
    SLUICE_ASSIGN_OR_RETURN(const parquet::FileSummary summary, writer->Close());
    SLUICE_TRY(file->Close());
    SLUICE_ASSIGN_OR_RETURN(const std::string sha256, storage::Sha256OfFile(world.files, path));
    manifest.files.push_back({.file = name,
                              .sequence = sequence,
                              .rows = summary.rows,
                              .bytes = std::filesystem::file_size(path),
                              .sha256 = sha256,
                              .recorder = "01K0000000000000000000TEST"});
  }
  manifest.closes.push_back({.recorder = "01K0000000000000000000TEST",
                             .accepted = count * kRowsPerFile,
                             .landed = count * kRowsPerFile,
                             .files = count});
  return recorder::WriteManifest(world.environment, folder, manifest);
}

}  // namespace sluice::warehouse
