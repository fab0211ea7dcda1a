#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/table_change.h"

namespace sluice::table {

struct VerifyRequest {
  bool repair = false;  ///< mend what can be mended, by normal commits
  delta_log::TransactionOptions transaction = {};
};

/// Something that is not as the log says.
struct Finding {
  enum class Kind : std::uint8_t {
    kChecksum,     ///< v.crc and the state differ
    kMissingFile,  ///< a file that the log names is gone
    kDamagedFile,  ///< it cannot be read, or has another size
    kVector,       ///< a deletion vector is missing or damaged
    kStatistics,   ///< they promise what the rows do not keep
    kCheckpoint,   ///< a checkpoint that readers would begin with cannot be read; slow, until commits are cleaned up
    kOrphanFile,   ///< no version names it (for vacuum; no harm)
  };
  Kind kind = Kind::kChecksum;
  std::string path = {};     ///< below the table's root
  std::string message = {};  ///< what is wrong, with both values
  bool repaired = false;
};

/// "checksum", "missing file", …
std::string_view FindingName(Finding::Kind kind);

struct VerifyReport {
  std::int64_t version = 0;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<Finding> findings = {};  ///< by path
  std::optional<TableChange> repair = {};
  std::optional<std::int64_t> new_checkpoint = {};  ///< the version that the repair wrote one of

  /// Findings other than orphans that were not repaired.
  std::uint64_t harmful() const;
};

/// Compare the state with its checksum, every file with its statistics and deletion vector, and the folder with the
/// log; reads all rows and the checkpoints that matter. With `repair`: statistics that lie are written anew, files that
/// are gone are taken out of the table (their rows are lost already, and the report says how many), a new checkpoint
/// takes the place of damaged ones, damaged vectors are left alone.
core::Result<VerifyReport> Verify(const storage::Environment& environment,
                                  std::shared_ptr<const delta_log::Snapshot> snapshot, const VerifyRequest& request);

}  // namespace sluice::table
