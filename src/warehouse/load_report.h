#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "warehouse/load_ledger.h"

namespace sluice::warehouse {

/// One file at the end of a load.
struct FileReport {
  std::string file = {};  ///< its path
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_rejected = 0;
  LoadState status = LoadState::kSealed;
  std::uint64_t attempts = 0;
  std::string query_id = {};
  std::string reason = {};  ///< why it is not loaded
  bool earlier = false;     ///< it was in the table when this load began

  bool loaded() const { return status == LoadState::kLoaded || status == LoadState::kCleaned; }
};

/// What a load found and did. Rows count every file of the folders, also those that earlier loads brought in.
struct LoadReport {
  std::string target = {};
  bool dry_run = false;
  std::vector<FileReport> files = {};
  std::uint64_t rows_recorded = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t bytes_uploaded = 0;
  std::uint64_t put_ms = 0;
  std::uint64_t copy_ms = 0;
  std::uint64_t cleanup_ms = 0;
  std::uint64_t files_open = 0;          ///< left alone: their recorder is not closed
  std::uint64_t acts = 0;                ///< files that this load moved on; 0: there was nothing to do
  std::vector<std::string> notes = {};   ///< warnings
  std::optional<core::Error> stop = {};  ///< what ended the load early

  std::uint64_t CountOf(LoadState state) const;
  /// Every row that was recorded is in the target or was rejected as asked.
  bool exact() const;
  /// Rows of files that this load brought in were rejected, as asked.
  bool rejected() const;
  /// What a caller should know of the whole: `stop`; OutcomeUnknown when a file's is; InvalidInput naming a file that
  /// failed, or counts that differ; Conflict while a recorder is not closed; nothing when all is in.
  std::optional<core::Error> Verdict() const;
  /// The report of cli.md as one JSON object; `indent` -1: on one line.
  std::string ToJson(int indent) const;
};

}  // namespace sluice::warehouse
