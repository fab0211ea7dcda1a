#include "sluice/table.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "delta_log/history.h"
#include "delta_log/table_location.h"
#include "delta_log/time_travel.h"
#include "library/guarded.h"
#include "library/row_stream.h"
#include "library/snapshot_state.h"
#include "library/table_state.h"
#include "library/write_transaction.h"
#include "table/change_feed.h"

namespace sluice {
namespace {

core::Result<Table> OpenNewest(const Engine& engine, std::string_view path) {
  const storage::Environment& environment = engine.state()->environment;
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment.files, path));
  if (location.version || location.timestamp_us) {
    return core::InvalidInput(fmt::format("'{}' names an old version, and only the newest one can be changed", path))
        .WithHint("leave out what follows '@'; Snapshot::Open reads old versions");
  }
  SLUICE_ASSIGN_OR_RETURN(auto newest, delta_log::OpenSnapshot(environment, location.root));
  return Table(std::make_shared<Table::State>(engine.state(), std::move(newest)));
}

HistoryEntry ToEntry(delta_log::HistoryEntry entry) {
  HistoryEntry made{.version = entry.version, .timestamp_ms = entry.timestamp_ms};
  if (!entry.info) return made;
  made.operation = std::move(entry.info->operation);
  made.parameters.insert(entry.info->operation_parameters.begin(), entry.info->operation_parameters.end());
  made.metrics.insert(entry.info->operation_metrics.begin(), entry.info->operation_metrics.end());
  made.blind_append = entry.info->is_blind_append;
  made.engine = std::move(entry.info->engine_info);
  made.user_metadata = std::move(entry.info->user_metadata);
  return made;
}

core::Status ChangesInto(const Table::State& state, const ChangesOptions& options, ArrowArrayStream* out) {
  const table::ChangeRequest request{
      .first_version = options.first_version, .last_version = options.last_version, .columns = options.columns};
  SLUICE_ASSIGN_OR_RETURN(auto opened, table::ChangeFeed::Open(state.environment(), state.root, request));
  const std::shared_ptr<table::ChangeFeed> feed = std::move(opened);
  return library::ExportRows(state.engine, feed->schema(), [feed] { return feed->Next(); }, out);
}

}  // namespace

Result<Table> Table::Open(const Engine& engine, std::string_view path) {
  return library::Guarded([&] { return OpenNewest(engine, path); });
}

const std::string& Table::path() const { return state_->root; }

Snapshot Table::snapshot() const { return library::MakeSnapshot(state_->engine, state_->newest()); }

Result<Snapshot> Table::Refresh() {
  return library::Guarded([&]() -> core::Result<Snapshot> {
    SLUICE_ASSIGN_OR_RETURN(auto newest, state_->Refresh());
    return library::MakeSnapshot(state_->engine, std::move(newest));
  });
}

Result<Snapshot> Table::At(std::int64_t version) const {
  return library::Guarded([&]() -> core::Result<Snapshot> {
    SLUICE_ASSIGN_OR_RETURN(auto held, delta_log::OpenSnapshot(state_->environment(), state_->root, version));
    return library::MakeSnapshot(state_->engine, std::move(held));
  });
}

Result<Snapshot> Table::AtTime(std::int64_t micros) const {
  return library::Guarded([&]() -> core::Result<Snapshot> {
    SLUICE_ASSIGN_OR_RETURN(const auto version,
                            delta_log::ResolveTimestamp(state_->environment(), state_->root, micros));
    SLUICE_ASSIGN_OR_RETURN(auto held, delta_log::OpenSnapshot(state_->environment(), state_->root, version));
    return library::MakeSnapshot(state_->engine, std::move(held));
  });
}

Result<std::vector<HistoryEntry>> Table::History(std::size_t limit) const {
  return library::Guarded([&]() -> core::Result<std::vector<HistoryEntry>> {
    if (limit == 0) limit = std::numeric_limits<std::size_t>::max();
    SLUICE_ASSIGN_OR_RETURN(auto entries, delta_log::ReadHistory(state_->environment(), state_->root, limit));
    std::vector<HistoryEntry> history;
    history.reserve(entries.size());
    for (delta_log::HistoryEntry& entry : entries) history.push_back(ToEntry(std::move(entry)));
    return history;
  });
}

Status Table::Changes(const ChangesOptions& options, ArrowArrayStream* out) const {
  return library::Guarded([&] { return ChangesInto(*state_, options, out); });
}

Result<WriteTransaction> Table::BeginWrite(const WriteOptions& options) {
  return library::Guarded([&] { return library::BeginWrite(state_, options); });
}

Result<CommitOutcome> Table::Write(ArrowArrayStream* rows, const WriteOptions& options) {
  auto transaction = BeginWrite(options);
  if (!transaction) {
    if (rows->release != nullptr) rows->release(rows);
    return transaction.error();
  }
  if (const Status written = transaction->Write(rows); !written) return written.error();
  return transaction->Commit();
}

}  // namespace sluice
