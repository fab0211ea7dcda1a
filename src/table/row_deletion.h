#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/protocol_gate.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/data_writer.h"
#include "table/table_change.h"

namespace sluice::table {

/// The rows of a table that satisfy a condition, on their way out: whole files are removed; of the others, rows are
/// marked by deletion vectors where the table has them on, else the files are written anew without them.
///
/// Order: Find AddTo; Discard when the commit is known to have failed. Threads: one caller.
/// Crash: files that were written and not committed are never read; vacuum removes them.
class RowDeletion {
 public:
  /// Find the rows and write what takes their files' place; all of it is synced. Rows for which the condition is NULL
  /// stay. Errors: those of parsing the condition and of reading.
  static core::Result<RowDeletion> Find(const storage::Environment& environment,
                                        std::shared_ptr<const delta_log::Snapshot> snapshot,
                                        const std::string& condition);
  RowDeletion(RowDeletion&&) noexcept;
  RowDeletion& operator=(RowDeletion&&) noexcept;
  ~RowDeletion();

  /// How the rows go: by vectors and whole files, by whole files alone, or by files written anew.
  delta::Operation kind() const;

  /// What was read and what is to be done, with the metrics; `counts.rows` grows by the rows deleted.
  core::Status AddTo(delta_log::Transaction& transaction, TableChange& counts);
  /// Remove the files that were written.
  void Discard();

 private:
  struct State;
  explicit RowDeletion(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::table
