#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "library/change_outcome.h"
#include "library/engine_state.h"
#include "sluice/table.h"
#include "table/table_change.h"

namespace sluice {

struct Table::State {
  State(std::shared_ptr<Engine::State> engine_of_table, std::shared_ptr<const delta_log::Snapshot> newest)
      : engine(std::move(engine_of_table)), root(newest->root), newest_(std::move(newest)) {}

  const storage::Environment& environment() const { return engine->environment; }
  std::shared_ptr<const delta_log::Snapshot> newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }
  /// Read the commits since; go on from there, unless another thread is further.
  core::Result<std::shared_ptr<const delta_log::Snapshot>> Refresh() {
    const auto held = newest();
    SLUICE_ASSIGN_OR_RETURN(auto read, delta_log::RefreshSnapshot(environment(), held));
    const std::lock_guard lock(mutex_);
    // A table that was replaced may begin again with smaller versions.
    if (newest_ == held || read->version > newest_->version) newest_ = read;
    return read;
  }
  /// Go on from a change's version, unless another thread is further.
  void Advance(const std::shared_ptr<const delta_log::Snapshot>& snapshot) {
    const std::lock_guard lock(mutex_);
    if (snapshot && snapshot->version > newest_->version) newest_ = snapshot;
  }
  core::Result<CommitOutcome> Follow(core::Result<table::TableChange> change) {
    if (change) Advance(change->snapshot);
    return library::ToOutcome(std::move(change));
  }

  const std::shared_ptr<Engine::State> engine;
  const std::string root;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const delta_log::Snapshot> newest_;
};

}  // namespace sluice
