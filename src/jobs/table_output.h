#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"
#include "jobs/config.h"
#include "jobs/date.h"
#include "jobs/table_settings.h"
#include "pipeline/plan.h"

namespace sluice::jobs {

/// One output of an export in a Delta table: what all inputs of one date gave.
///
/// The table itself keeps what makes it appear there once, whatever becomes of the process or the ledger: each
/// publication is one commit with the next version of the output's transaction (SetTransaction, from 1), and its files
/// have tags that say whose they are and what they were made of.
struct TableOutput {
  /// What a publication takes the place of.
  enum class Replaces : std::uint8_t {
    kNothing,
    kFiles,  ///< those of the publication before
    kRows,   ///< that satisfy `condition`, whoever wrote them
    kTable,  ///< every row
  };
  std::string id = {};  ///< of the transaction
  std::int64_t version = 1;
  std::string contents = {};  ///< of inputs and settings, as a checksum
  Replaces replaces = Replaces::kNothing;
  std::string condition = {};

  /// Whether a publication of so many rows is a commit: no rows in the place of none change nothing.
  bool Commits(std::uint64_t rows) const { return rows > 0 || replaces != Replaces::kNothing; }

  bool operator==(const TableOutput& other) const = default;
};

/// The transaction of a job's output: "sluice.export.JOB.DATE", or without the date when there is one output only.
std::string TableOutputId(const std::string& job, std::optional<Date> date);

/// The output's place in the plan of its task.
void StoreTableOutput(const TableOutput& output, pipeline::PlannedTask& task);
core::Result<std::optional<TableOutput>> TableOutputOf(const pipeline::PlannedTask& task);

/// The version of an output's transaction that the table has; 0: it was never published.
std::int64_t PublishedVersion(const delta_log::Snapshot& snapshot, const std::string& id);

/// What a table has of an output.
struct PublishedOutput {
  std::vector<delta_log::FileRef> files = {};  ///< live, with the output's tags
  bool whole = false;                          ///< `files` are all that were published, and there are some
  std::string contents = {};
  std::uint64_t rows = 0;  ///< that were published
  std::uint64_t bytes = 0;
};
PublishedOutput FindPublished(const delta_log::Snapshot& snapshot, const std::string& id);

/// Put the output's tags on its files.
void TagFiles(const TableOutput& output, std::uint64_t rows, std::vector<delta::AddFile>& files);

/// The condition that the rows of `date` satisfy, and no others: what the configuration says, or the values that the
/// schema gives the partition columns from the date. "" when neither tells the dates apart.
core::Result<std::string> DateCondition(const ExportJob& job, const std::vector<std::string>& partition_columns,
                                        Date date);

/// How the rows of an output are written.
table::WriteRequest ToWriteRequest(const TableSettings& settings, const TableOutput& output);

/// The version of an output's transaction, where the ledger keeps checksums of files: "txn:3".
std::string LedgerVersion(std::int64_t version);

}  // namespace sluice::jobs
