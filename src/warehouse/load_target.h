#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "schema/type.h"

namespace sluice::warehouse {

/// A finished file on its way into a target.
struct LoadFile {
  std::string path = {};    ///< on this machine
  std::string folder = {};  ///< the name of its recorder's folder: "qe_{test_id}_{worker_id}"
  std::string file = {};    ///< its own name there: "qe_t_w_0000.parquet"
  /// A name that belongs to these bytes alone: "qe_t_w_0000-1a2b3c4d.parquet", "…-1a2b3c4d-a2.parquet" when it is
  /// staged a second time after it was submitted.
  std::string unique_name = {};
  std::string sha256 = {};  ///< 64 hexadecimal digits; compared with the file's bytes before this load
  std::uint64_t rows = 0;   ///< as the manifest says
  std::uint64_t bytes = 0;
  std::uint64_t sequence = 0;
  std::string recorder = {};                 ///< the ULID of the recorder that wrote it
  std::optional<std::string> min_time = {};  ///< of the first column of times, ISO 8601
  std::optional<std::string> max_time = {};
  std::shared_ptr<const schema::Schema> schema = {};  ///< of the file; all files of one Submit have an equal one
  std::string stage_path = {};                        ///< what Stage returned; "" before
  std::string request_id = {};                        ///< of the last Submit; "" before
};

/// A column of the target's table.
struct TargetColumn {
  std::string name = {};
  std::string type = {};  ///< in the target's own words: "varchar(20)"
  /// The values it holds; nullopt for a type that we do not load into.
  std::optional<schema::Type> holds = {};
  bool nullable = true;
  bool has_default = false;  ///< or makes its own values: need not be in the file
  bool generated = false;    ///< takes no values at all
};

/// What is known about a file after a Submit or a Settle.
enum class FileFate : std::uint8_t {
  kLoaded,     ///< its rows are in the table, durably, once
  kFailed,     ///< refused for what is in it, not to be tried again as it is; nothing of it is in the table
  kNotLoaded,  ///< certainly not in the table; the staged copy stands: submit again (others of its statement failed)
  kNotStaged,  ///< certainly not in the table, and the staged copy is gone: stage again, under a new name
  kUnknown,    ///< may be in the table
};

struct FileOutcome {
  FileFate fate = FileFate::kUnknown;
  std::uint64_t rows = 0;           ///< kLoaded: as the target counts them
  std::uint64_t rows_rejected = 0;  ///< kLoaded: rows of the file that it left out
  std::string query_id = {};        ///< the target's name for what did it; "" where there is none
  std::string reason = {};          ///< unless kLoaded: for the operator; names the row or column where it can
};

/// What one target can do at a time.
struct TargetLimits {
  std::size_t files_per_submit = 1;
  std::size_t submits_at_once = 1;  ///< calls of Submit by different threads
  std::size_t stages_at_once = 1;   ///< calls of Stage by different threads
  /// A recorder's files are submitted in the order of their sequences, each only when all before it are loaded or
  /// submitted with it.
  bool in_sequence = false;
};

/// A table that files are loaded into. The loader owns ledger, states, retries, report and local files; a target says
/// what it is told and what it finds, and retries nothing but its own protocol's resends.
///
/// Order:   Describe Create? (Stage* Submit)* RemoveStaged*, Settle at any time, for files of an earlier process, too.
/// Threads: Stage and Submit as limits() says, also both at once; everything else one at a time and alone.
/// Errors:  an error of Submit says that nothing of its files was loaded for certain, but for OutcomeUnknown, which
/// says
///          kUnknown of them all. Unavailable and Conflict are tried again by the loader, Permission and the rest are
///          not. No secret is in any of them.
/// Crash:   a process that dies leaves what Settle can tell, with the request id that the ledger kept, or kUnknown.
class LoadTarget {
 public:
  virtual ~LoadTarget() = default;

  /// What the ledger knows the table by: the same for the same table from wherever it is reached, without secrets.
  virtual const std::string& identity() const = 0;
  virtual TargetLimits limits() const = 0;

  /// The table's columns in order; nullopt when there is no such table.
  virtual core::Result<std::optional<std::vector<TargetColumn>>> Describe() = 0;
  /// Why values of `field` do not go into `column`; nullopt when they do. Tells kinds and widths, not names.
  virtual std::optional<std::string> Refuse(const schema::Field& field, const TargetColumn& column) const;
  /// Make the table (and what the target needs beside it: a stage) for files of this schema. What is there stays.
  virtual core::Status Create(const schema::Schema& schema) = 0;

  /// Bring the file's bytes to where Submit finds them; returns its path there. Done again it replaces what it put. A
  /// target that reads local files returns "" at once. Not called for a file that may have been submitted under its
  /// name.
  virtual core::Result<std::string> Stage(const LoadFile& file) = 0;
  /// Load staged files, each whole or not at all; an outcome for each, in order. `request_id` (a ULID) is in the ledger
  /// already.
  virtual core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files,
                                                        const std::string& request_id) = 0;
  /// Look at the target for files whose Submit was not answered; loads nothing. Waits as long as it takes to be sure,
  /// kUnknown when it cannot be.
  virtual core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) = 0;
  /// Remove a staged copy; one that is gone is no error.
  virtual core::Status RemoveStaged(const std::string& stage_path) = 0;
};

/// The rule for targets that keep a value as it is: the same kind and at least as wide, text for JSON; nothing is cast.
/// The reason ("narrower", "of another kind", "takes no NULL"), or nullopt.
std::optional<std::string> RefuseByType(const schema::Field& field, const TargetColumn& column);

}  // namespace sluice::warehouse
