#include "jobs/export_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "jobs/export_inputs.h"
#include "jobs/table_input.h"
#include "jobs/write_settings.h"
#include "schema/schema_file.h"
#include "storage/checksum.h"
#include "storage/path.h"

namespace sluice::jobs {
namespace {

using pipeline::InputFile;
using pipeline::OutputRecord;
using InputsByDate = std::map<Date, std::vector<InputFile>>;

constexpr std::size_t kNamesShownMax = 10;

// Everything that shapes the bytes of an output beside its inputs. A change of our own writer is not in it: outputs of
// an older version stay as they are until --force.
std::string FingerprintOf(const ExportJob& job) {
  std::string text = job.schema ? schema::FormatSchemaFile(*job.schema) : "inferred\n";
  for (const auto& [name, value] : ToMap(job.source.read)) text += fmt::format("read.{}={}\n", name, value);
  if (job.target.table) return storage::ChecksumOfBytes(text + "table\n");
  for (const auto& [name, value] : ToMap(job.target.write)) text += fmt::format("write.{}={}\n", name, value);
  return storage::ChecksumOfBytes(text);
}

/// Makes the plan of one job; the methods follow each other.
class Planner {
 public:
  Planner(const JobConfig& job, const ExportJob& exported, const ExportSelection& selection,
          const ExportPlanContext& context)
      : job_(job),
        exported_(exported),
        selection_(selection),
        context_(context),
        fingerprint_(FingerprintOf(exported)) {
    plan_.job = job.name;
  }

  core::Result<ExportPlan> Make() {
    SLUICE_ASSIGN_OR_RETURN(ExportInputs inputs, FindExportInputs(exported_.source, context_.environment));
    WarnOfWrongDates(inputs.wrong_dates);
    if (!inputs.undated.empty()) SLUICE_TRY(DateUndated(inputs));
    InputsByDate chosen = Choose(std::move(inputs.dated));
    if (chosen.empty() && !explained_) SLUICE_TRY(ReportMissing());
    if (exported_.target.table && !chosen.empty()) SLUICE_TRY(OpenTable());
    for (auto& [date, files] : chosen) SLUICE_TRY(Add(date, std::move(files)));
    return std::move(plan_);
  }

 private:
  void WarnOfWrongDates(const std::vector<std::string>& paths) {
    for (std::size_t i = 0; i < std::min(paths.size(), kNamesShownMax); ++i) {
      plan_.warnings.push_back(fmt::format("{}: wrong date in a file name, left out (expected {})",
                                           storage::QuotedPath(paths[i]), Patterns()));
    }
    if (paths.size() > kNamesShownMax) {
      plan_.warnings.push_back(fmt::format("{} more files with a wrong date", paths.size() - kNamesShownMax));
    }
  }

  // The report as it lies there now belongs to the day of the run.
  core::Status DateUndated(ExportInputs& inputs) {
    const bool one_day = selection_.kind == ExportSelection::Kind::kRange && selection_.from == selection_.to;
    Date date = selection_.from;
    if (!one_day) {
      SLUICE_ASSIGN_OR_RETURN(date, DateIn(job_.timezone, context_.environment.clock.Now()));
    }
    const bool in_range =
        selection_.kind != ExportSelection::Kind::kRange || (selection_.from <= date && date <= selection_.to);
    if (in_range) {
      inputs.dated[date] = std::move(inputs.undated);
      return core::Ok();
    }
    explained_ = true;
    plan_.warnings.push_back(
        fmt::format("{}: has no date in its name and counts as today's ({}), which was not asked for",
                    storage::QuotedPath(inputs.undated.front().path), FormatDate(date)));
    return core::Ok();
  }

  InputsByDate Choose(InputsByDate found) const {
    switch (selection_.kind) {
      case ExportSelection::Kind::kHistorical: break;
      case ExportSelection::Kind::kNewest:
        if (!found.empty()) found.erase(found.begin(), std::prev(found.end()));
        break;
      case ExportSelection::Kind::kRange:
        found.erase(found.begin(), found.lower_bound(selection_.from));
        found.erase(found.upper_bound(selection_.to), found.end());
        break;
    }
    return found;
  }

  std::string Patterns() const {
    std::string text;
    for (const NamePattern& pattern : exported_.source.files) text += (text.empty() ? "" : ", ") + pattern.text();
    return text;
  }

  // The names asked for when one date is, the patterns otherwise.
  std::string ExpectedNames() const {
    if (selection_.kind != ExportSelection::Kind::kRange || selection_.from != selection_.to) return Patterns();
    std::string text;
    for (const NamePattern& pattern : exported_.source.files) {
      text += (text.empty() ? "" : ", ") + pattern.Expand(selection_.from);
    }
    return text;
  }

  core::Status ReportMissing() {
    std::string message = fmt::format("job {}: no input {}", job_.name, ExpectedNames());
    if (selection_.kind == ExportSelection::Kind::kRange) {
      message += selection_.from == selection_.to
                     ? fmt::format(" for {}", FormatDate(selection_.from))
                     : fmt::format(" from {} to {}", FormatDate(selection_.from), FormatDate(selection_.to));
    }
    if (exported_.source.required) {
      return core::Unavailable(std::move(message)).WithHint("run again once it is there, or say required: false");
    }
    plan_.warnings.push_back(std::move(message));
    return core::Ok();
  }

  core::Status OpenTable() {
    const std::string& root = exported_.target.folder;
    SLUICE_ASSIGN_OR_RETURN(table_, OpenTableIfThere(root, context_.environment));
    const std::vector<std::string>& stated = exported_.target.table->partition_by;
    if (!table_ || stated.empty() || stated == table_->metadata.partition_columns) return core::Ok();
    const std::string found = fmt::format("{}", fmt::join(table_->metadata.partition_columns, ", "));
    return core::ConfigurationError(fmt::format("job {}: {} is partitioned by {}, not by {}", job_.name, root,
                                                found.empty() ? "nothing" : found, fmt::join(stated, ", ")))
        .WithHint("leave 'partition_by' out, or write to a new table");
  }

  // The name of an output in a table is the ledger's and the operator's; what the table calls it is its transaction.
  std::string PathOf(Date date) const {
    const ExportTarget& target = exported_.target;
    if (!target.table) return storage::JoinPath(target.folder, target.file->Expand(date));
    return target.table->overwrite ? target.folder : fmt::format("{}#{}", target.folder, FormatDate(date));
  }

  core::Status Add(Date date, std::vector<InputFile> inputs) {
    PlannedOutput output;
    output.date = date;
    output.path = PathOf(date);
    const auto [earlier, fresh] = paths_.emplace(output.path, date);
    if (!fresh) {
      return core::ConfigurationError(fmt::format("job {}: {} and {} have one output, {}", job_.name,
                                                  FormatDate(earlier->second), FormatDate(date), output.path))
          .WithHint("put the whole date into target.file");
    }
    if (exported_.rejects_file) output.rejects_path = exported_.rejects_file->Expand(date);
    output.inputs = std::move(inputs);
    output.fingerprint = fingerprint_;
    if (exported_.schema) {
      SLUICE_ASSIGN_OR_RETURN(output.schema, SchemaFor(date));
    }
    SLUICE_TRY(exported_.target.table ? JudgeInTable(output) : Judge(output));
    const bool checksums_wanted = !output.skipped() && context_.checksum_inputs;
    if (checksums_wanted) SLUICE_TRY(FillChecksums(output.inputs));
    plan_.outputs.push_back(std::move(output));
    return core::Ok();
  }

  core::Result<schema::TableSpec> SchemaFor(Date date) const {
    schema::TableSpec spec = *exported_.schema;
    for (schema::ColumnSpec& column : spec.columns) {
      if (!column.value) continue;
      auto expanded = ExpandDates(*column.value, date);
      if (!expanded)
        return std::move(expanded).error().WithPrefix(fmt::format("value of field '{}': ", column.field.name));
      column.value = *std::move(expanded);
    }
    return spec;
  }

  core::Status FillChecksums(std::vector<InputFile>& inputs) const {
    for (InputFile& input : inputs) {
      if (!input.checksum.empty()) continue;
      SLUICE_ASSIGN_OR_RETURN(input.checksum, storage::ChecksumOfFile(context_.environment.files, input.path));
    }
    return core::Ok();
  }

  static void Redo(PlannedOutput& output, OutputVerdict verdict, std::string reason) {
    output.verdict = verdict;
    output.reason = std::move(reason);
  }

  core::Status Judge(PlannedOutput& output) const {
    if (context_.ledger == nullptr) return core::Ok();
    SLUICE_ASSIGN_OR_RETURN(const std::optional<OutputRecord> done,
                            context_.ledger->FindOutput(LedgerPath(output.path)));
    if (!done) return core::Ok();
    SLUICE_ASSIGN_OR_RETURN(const auto there, context_.environment.files.StatIfExists(output.path));
    if (selection_.force) {
      Redo(output, OutputVerdict::kForced, "--force");
    } else if (!there) {
      Redo(output, OutputVerdict::kOutputMissing, "the output is gone");
    } else if (there->bytes != done->bytes) {
      Redo(output, OutputVerdict::kOutputChanged,
           fmt::format("the output has {} bytes, {} were written", there->bytes, done->bytes));
    } else {
      return JudgeOrigin(output, *done);
    }
    return core::Ok();
  }

  // Whether an output that is there as it was made would be made the same again.
  core::Status JudgeOrigin(PlannedOutput& output, const OutputRecord& done) const {
    if (done.fingerprint != output.fingerprint) {
      Redo(output, OutputVerdict::kSettingsChanged, "the schema or the options changed");
      return core::Ok();
    }
    SLUICE_ASSIGN_OR_RETURN(const std::string changed, ChangedInput(output, done.inputs));
    if (changed.empty()) {
      output.verdict = OutputVerdict::kUnchanged;
    } else {
      Redo(output, OutputVerdict::kInputsChanged, changed);
    }
    return core::Ok();
  }

  core::Status JudgeInTable(PlannedOutput& output) const {
    const bool one_output = exported_.target.table->overwrite;
    PlannedTableOutput& planned = output.table.emplace();
    planned.id = TableOutputId(job_.name, one_output ? std::nullopt : std::optional(output.date));
    const std::int64_t published = table_ ? PublishedVersion(*table_, planned.id) : 0;
    planned.version = published + 1;
    std::optional<OutputRecord> done;
    if (context_.ledger != nullptr) {
      SLUICE_ASSIGN_OR_RETURN(done, context_.ledger->FindOutput(LedgerPath(output.path)));
    }
    if (!done && published == 0) return core::Ok();
    const bool agreed = done && done->checksum == LedgerVersion(published);
    planned.empty = agreed && done->rows == 0;
    if (selection_.force) {
      Redo(output, OutputVerdict::kForced, "--force");
    } else if (agreed) {
      return JudgeOrigin(output, *done);
    } else if (published == 0) {
      Redo(output, OutputVerdict::kOutputMissing, "the output is gone from the table");
    } else {
      return JudgePublished(output);
    }
    return core::Ok();
  }

  // The table has what the ledger does not know: a run died in between, or the ledger was lost, or is another one.
  core::Status JudgePublished(PlannedOutput& output) const {
    SLUICE_TRY(FillChecksums(output.inputs));
    PublishedOutput published = FindPublished(*table_, output.table->id);
    if (published.whole && published.contents == ContentsOf(output)) {
      output.verdict = OutputVerdict::kUnchanged;
      output.table->found = std::move(published);
    } else {
      Redo(output, OutputVerdict::kOutputChanged, "the table has it from a run that the ledger does not know");
    }
    return core::Ok();
  }

  // What is different from the inputs that made the output; "" when nothing is. Contents are read only when the time of
  // change alone differs.
  core::Result<std::string> ChangedInput(PlannedOutput& output, const std::vector<InputFile>& before) const {
    if (before.size() != output.inputs.size()) {
      return fmt::format("it was made from {} files, now there are {}", before.size(), output.inputs.size());
    }
    bool touched = false;
    for (std::size_t i = 0; i < before.size(); ++i) {
      InputFile& input = output.inputs[i];
      if (LedgerPath(input.path) != before[i].path) return fmt::format("{} is new", input.path);
      if (IsTable(input.path) && input.checksum != before[i].checksum) return fmt::format("{} changed", input.path);
      if (input.bytes != before[i].bytes) return fmt::format("{} changed", input.path);
      if (input.mtime_ns != before[i].mtime_ns) {
        SLUICE_ASSIGN_OR_RETURN(input.checksum, storage::ChecksumOfFile(context_.environment.files, input.path));
        if (input.checksum != before[i].checksum) return fmt::format("{} changed", input.path);
        touched = true;
      }
      input.checksum = before[i].checksum;
    }
    output.inputs_touched = touched;
    return std::string();
  }

  const JobConfig& job_;
  const ExportJob& exported_;
  const ExportSelection& selection_;
  const ExportPlanContext& context_;
  std::string fingerprint_;
  bool explained_ = false;                            // why nothing is done was already said
  std::shared_ptr<const delta_log::Snapshot> table_;  // the target, when it is a table that is there
  std::map<std::string, Date> paths_;
  ExportPlan plan_;
};

}  // namespace

core::Result<ExportPlan> PlanExport(const JobConfig& job, const ExportSelection& selection,
                                    const ExportPlanContext& context) {
  SLUICE_ASSIGN_OR_RETURN(const ExportJob* exported, RequireExport(job));
  return Planner(job, *exported, selection, context).Make();
}

std::string LedgerPath(const std::string& path) {
  if (IsTable(path)) {
    const std::size_t name = path.find(':') + 1;
    return path.substr(0, name) + LedgerPath(path.substr(name));
  }
  std::error_code failure;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failure);
  return failure ? path : absolute.lexically_normal().string();
}

std::string ContentsOf(const PlannedOutput& output) {
  std::string text = output.fingerprint;
  for (const InputFile& input : output.inputs) {
    text += fmt::format("\n{} {}", input.checksum, storage::FileName(input.path));
  }
  return storage::ChecksumOfBytes(text);
}

std::vector<InputFile> ToLedgerInputs(const PlannedOutput& output) {
  std::vector<InputFile> inputs = output.inputs;
  for (InputFile& input : inputs) input.path = LedgerPath(input.path);
  return inputs;
}

}  // namespace sluice::jobs
