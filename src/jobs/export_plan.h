#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/config.h"
#include "jobs/date.h"
#include "jobs/environment.h"
#include "jobs/table_output.h"
#include "pipeline/ledger.h"
#include "pipeline/plan.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

/// Which dates of an export job are asked for.
struct ExportSelection {
  enum class Kind : std::uint8_t {
    kNewest,      ///< the newest input
    kRange,       ///< from `from` to `to`, both included; `--date` is a range of one
    kHistorical,  ///< every date that has an input
  };
  Kind kind = Kind::kNewest;
  Date from = {};
  Date to = {};
  bool force = false;  ///< make outputs again that are done
};

/// Why an output is made, or not.
enum class OutputVerdict : std::uint8_t {
  kNew,
  kUnchanged,  ///< done: same inputs, schema and options, and the output is there as it was written
  kForced,
  kInputsChanged,
  kSettingsChanged,  ///< the schema or the options
  kOutputMissing,
  kOutputChanged,  ///< the file is not the one that was written
};

/// What the plan of an output in a Delta table says beside.
struct PlannedTableOutput {
  std::string id = {};       ///< of its transaction
  std::int64_t version = 1;  ///< that the next publication writes
  bool empty = false;        ///< it was published before, and had no rows
  /// For an output that is skipped because the table has it and the ledger did not know: what is there.
  std::optional<PublishedOutput> found = {};
};

/// One output of an export: all inputs of one date.
struct PlannedOutput {
  Date date = {};
  std::string path = {};          ///< as the configuration leads to it; in a Delta table: "TABLE#DATE"
  std::string rejects_path = {};  ///< "" = beside the output
  /// With their checksums, unless the output is kept or the context says otherwise.
  std::vector<pipeline::InputFile> inputs = {};
  OutputVerdict verdict = OutputVerdict::kNew;
  std::string reason = {};  ///< why it is made again: "reports/a.csv changed"; "" for kNew and kUnchanged
  /// The job's schema with the date put into its constants; empty = inferred.
  std::optional<schema::TableSpec> schema = {};
  std::string fingerprint = {};  ///< of schema and options, for the ledger
  /// The inputs were written again with the same contents: tell the ledger (UpdateInputs), or they are read again each
  /// time.
  bool inputs_touched = false;
  std::optional<PlannedTableOutput> table = {};

  bool skipped() const { return verdict == OutputVerdict::kUnchanged; }
};

struct ExportPlan {
  std::string job = {};
  std::vector<PlannedOutput> outputs = {};  ///< by date
  std::vector<std::string> warnings = {};   ///< missing inputs, wrong dates in names
};

/// What planning looks at. Borrowed; nothing is written.
struct ExportPlanContext {
  const Environment& environment;
  pipeline::Ledger* ledger = nullptr;  ///< nullptr = nothing was done before, as far as files are concerned
  bool checksum_inputs = true;         ///< false for a dry run
};

/// Find the inputs of `job`, their dates, and what must be done. An input without a date in its name has the date of
/// the run: `--date`, or today in the job's time zone.
///
/// What is done of an output in a Delta table is what the table and the ledger agree on. Where only the table knows it,
/// it is done when it was made of the same contents.
///
/// A missing input is a warning, or Unavailable when the source is required. Two dates with one output are a
/// Configuration error; a job of another kind is Unsupported.
core::Result<ExportPlan> PlanExport(const JobConfig& job, const ExportSelection& selection,
                                    const ExportPlanContext& context);

/// The key of a path in the ledger: absolute, so that it means the same from every working directory.
std::string LedgerPath(const std::string& path);

/// What the output in a Delta table was made of, as one checksum; the inputs must have theirs.
std::string ContentsOf(const PlannedOutput& output);

/// The output's inputs as the ledger keeps them.
std::vector<pipeline::InputFile> ToLedgerInputs(const PlannedOutput& output);

}  // namespace sluice::jobs
