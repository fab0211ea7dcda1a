#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "jobs/config.h"
#include "jobs/date.h"
#include "pipeline/ledger.h"
#include "pipeline/plan.h"
#include "schema/table_spec.h"
#include "storage/file_system.h"

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

/// One output of an export: all inputs of one date.
struct PlannedOutput {
  Date date = {};
  std::string path = {};          ///< as the configuration leads to it
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

  bool skipped() const { return verdict == OutputVerdict::kUnchanged; }
};

struct ExportPlan {
  std::string job = {};
  std::vector<PlannedOutput> outputs = {};  ///< by date
  std::vector<std::string> warnings = {};   ///< missing inputs, wrong dates in names
};

/// What planning looks at. Borrowed; nothing is written.
struct ExportPlanContext {
  storage::FileSystem& files;
  pipeline::Ledger* ledger = nullptr;  ///< nullptr = nothing was done before
  const core::Clock& clock;
  bool checksum_inputs = true;  ///< false for a dry run
};

/// Find the inputs of `job`, their dates, and what must be done. An input without a date in its name has the date of
/// the run: `--date`, or today in the job's time zone.
///
/// A missing input is a warning, or Unavailable when the source is required. Two dates with one output are a
/// Configuration error; a job of another kind is Unsupported.
core::Result<ExportPlan> PlanExport(const JobConfig& job, const ExportSelection& selection,
                                    const ExportPlanContext& context);

/// The key of a path in the ledger: absolute, so that it means the same from every working directory.
std::string LedgerPath(const std::string& path);

/// The output's inputs as the ledger keeps them.
std::vector<pipeline::InputFile> ToLedgerInputs(const PlannedOutput& output);

}  // namespace sluice::jobs
