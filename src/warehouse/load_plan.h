#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"
#include "storage/lock_file.h"
#include "warehouse/load_ledger.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

/// A file, what the ledger says about it, and what is wrong with its bytes.
struct LoadItem {
  LoadFile file = {};
  LedgerRow row = {};
  std::string damage = {};       ///< "" when the local bytes are the recorded ones (looked at unless loaded)
  LoadLedger* ledger = nullptr;  ///< of its folder; null in a dry run
  bool earlier = false;          ///< it was in the table before

  /// It is or may become the target's business.
  bool open() const;
  bool loaded() const { return row.state == LoadState::kLoaded || row.state == LoadState::kCleaned; }
  /// The target was told, and what it did is to be found out.
  bool in_doubt() const { return row.state == LoadState::kSubmitted || row.state == LoadState::kUnknown; }
};

/// What there is to load, and what earlier loads did. Holds the folders' locks while it lives.
struct LoadPlan {
  struct Folder {
    std::optional<storage::LockFile> lock;
    std::unique_ptr<LoadLedger> ledger;
  };
  std::vector<Folder> folders = {};
  std::vector<LoadItem> items = {};
  std::vector<std::string> notes = {};
  std::uint64_t files_open = 0;
};

struct LoadPlanOptions {
  bool dry_run = false;  ///< look only: no lock, no ledger is made
  bool retry_failed = false;
  std::vector<std::string> json_columns = {};  ///< texts of the files that are JSON
  storage::LockHolder holder = {};
};

/// Find the files below `path`, lock their folders (Conflict naming the holder), read the ledgers, compare the bytes of
/// files that are not loaded with what was recorded, and read their columns. Files that are damaged are marked failed.
/// InvalidInput for a json column that is no text, or that no file has.
core::Result<LoadPlan> PlanLoad(const storage::Environment& environment, const std::string& path,
                                const std::string& target, const LoadPlanOptions& options);

/// The name that belongs to a file's bytes and to this many submits of them.
std::string UniqueName(const std::string& file, const std::string& sha256, std::uint64_t attempts);

}  // namespace sluice::warehouse
