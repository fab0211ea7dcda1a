// Look after a Delta table, as a nightly job would: pack and sort its files, write a checkpoint, delete what no version
// needs, and prove that all of it is sound.
//
//   maintain TABLE
#include <sluice/table.h>

#include <cstdio>

namespace {

using Count = unsigned long long;

int Fail(const sluice::Error& error) {
  std::printf("%s\n", error.ToString().c_str());
  return 1;
}

int Maintain(sluice::Table& table) {
  const auto optimized = table.Optimize({.cluster_by = {"city"}});
  if (!optimized) return Fail(optimized.error());
  std::printf("optimize: %llu files became %llu\n", static_cast<Count>(optimized->change.files_removed),
              static_cast<Count>(optimized->change.files_added));

  const auto checkpoint = table.Checkpoint();
  if (!checkpoint) return Fail(checkpoint.error());
  std::printf("checkpoint: %s, %llu files\n", checkpoint->already_there ? "was there" : "written",
              static_cast<Count>(checkpoint->adds));

  // What was removed less than a week ago stays: old versions can be read, and readers of this moment lose nothing.
  const auto vacuumed = table.Vacuum({.dry_run = true});
  if (!vacuumed) return Fail(vacuumed.error());
  std::printf("vacuum: %zu files\n", vacuumed->files.size());

  const auto verified = table.Verify();
  if (!verified) return Fail(verified.error());
  std::printf("verify: %llu files, %llu rows, %llu findings\n", static_cast<Count>(verified->files),
              static_cast<Count>(verified->rows), static_cast<Count>(verified->harmful));

  const auto history = table.History(3);
  if (!history) return Fail(history.error());
  for (const sluice::HistoryEntry& entry : *history) {
    std::printf("history: %lld %s\n", static_cast<long long>(entry.version), entry.operation.c_str());
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 64;
  const auto engine = sluice::Engine::Start({.threads = 2});
  if (!engine) return Fail(engine.error());
  auto table = sluice::Table::Open(*engine, words[1]);
  if (!table) return Fail(table.error());
  return Maintain(*table);
}
