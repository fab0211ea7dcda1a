// Whatever the bytes of a checkpoint: no crash, and a state or an error. The first byte chooses the top file in
// Parquet, in JSON, or a sidecar. Files that come out of it can be found, and statistics and tombstones be asked for.
#include <arrow/memory_pool.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/cancellation.h"
#include "delta/path.h"
#include "delta_log/log_name.h"
#include "delta_log/snapshot.h"
#include "storage/memory_file_system.h"

namespace {

using namespace sluice;

constexpr std::string_view kUuid = "80a083e8-7026-4e79-81be-64bd76c43a11";
constexpr std::string_view kTop =
    R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
    "\n"
    R"({"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":)"
    R"("{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}})"
    "\n"
    R"({"checkpointMetadata":{"version":1}})"
    "\n"
    R"({"sidecar":{"path":"s.parquet","sizeInBytes":1,"modificationTime":1}})"
    "\n";

void Require(bool good) {
  if (!good) std::abort();
}

void Look(const storage::Environment& environment, const delta_log::Snapshot& snapshot) {
  const std::vector<delta_log::FileRef> files = snapshot.files.All();
  Require(files.size() == snapshot.files.size());
  for (const delta_log::FileRef file : files) {
    Require(snapshot.files.Find(delta::CanonicalPath(snapshot.files.path(file), snapshot.root)).has_value());
    (void)snapshot.files.Get(file);
  }
  const auto stats = snapshot.files.LoadStats(files);
  Require(!stats.has_value() || stats->size() == files.size());
  (void)delta_log::LoadTombstones(environment, snapshot);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  storage::MemoryFileSystem files;
  files.Put(delta_log::CommitPath("t", 1), "{\"commitInfo\":{}}\n");
  switch (data[0] % 3) {
    case 0: files.Put(delta_log::ClassicCheckpointPath("t", 1), bytes); break;
    case 1: files.Put(delta_log::UuidCheckpointPath("t", 1, kUuid, "json"), bytes); break;
    default:
      files.Put(delta_log::UuidCheckpointPath("t", 1, kUuid, "json"), std::string(kTop));
      files.Put(delta_log::SidecarFolder("t") + "/s.parquet", bytes);
  }
  const core::ManualClock clock(core::Timestamp{});
  core::SeededRandom random(1);
  core::Executor executor(1);
  const core::Cancellation cancellation;
  const storage::Environment environment{.files = files,
                                         .clock = clock,
                                         .random = random,
                                         .executor = executor,
                                         .cancellation = cancellation,
                                         .pool = arrow::default_memory_pool(),
                                         .memory_bytes = 1 << 20};
  const auto snapshot = delta_log::OpenSnapshot(environment, "t");
  if (snapshot.has_value()) Look(environment, **snapshot);
  return 0;
}
