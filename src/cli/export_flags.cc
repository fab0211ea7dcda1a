#include "cli/export_flags.h"

#include <CLI/CLI.hpp>

namespace sluice::cli {
namespace {

core::Result<jobs::Date> DateOf(const char* flag, const std::string& text) {
  core::Result<jobs::Date> date = jobs::ParseDate(text);
  if (!date) return core::UsageError(std::string(flag) + ": " + date.error().message()).WithHint(date.error().hint());
  return date;
}

}  // namespace

void ExportFlags::AddTo(CLI::App& verb) {
  verb.add_option("--date", date_, "one date, e.g. 2025-10-28")->group("Dates");
  verb.add_option("--from", from_, "the first date of a range")->group("Dates");
  verb.add_option("--to", to_, "the last date of a range")->group("Dates");
  verb.add_flag("--historical", historical_, "every date that has an input (default: the newest)")->group("Dates");
  verb.add_flag("--force", force_, "make outputs again that are done")->group("Dates");
}

core::Result<jobs::ExportSelection> ExportFlags::Selection() const {
  using Kind = jobs::ExportSelection::Kind;
  const int ways = (date_.empty() ? 0 : 1) + (from_.empty() && to_.empty() ? 0 : 1) + (historical_ ? 1 : 0);
  if (ways > 1) {
    return core::UsageError("--date, --from/--to and --historical exclude each other").WithHint("give one of them");
  }
  jobs::ExportSelection selection{.force = force_};
  if (historical_) selection.kind = Kind::kHistorical;
  if (!date_.empty()) {
    selection.kind = Kind::kRange;
    SLUICE_ASSIGN_OR_RETURN(selection.from, DateOf("--date", date_));
    selection.to = selection.from;
  }
  if (from_.empty() && to_.empty()) return selection;
  if (from_.empty() || to_.empty()) return core::UsageError("--from and --to go together").WithHint("give both dates");
  selection.kind = Kind::kRange;
  SLUICE_ASSIGN_OR_RETURN(selection.from, DateOf("--from", from_));
  SLUICE_ASSIGN_OR_RETURN(selection.to, DateOf("--to", to_));
  if (selection.to < selection.from) return core::UsageError("--to is before --from");
  return selection;
}

std::string ExportFlags::Text() const {
  std::string text;
  if (!date_.empty()) text += " --date " + date_;
  if (!from_.empty()) text += " --from " + from_ + " --to " + to_;
  if (historical_) text += " --historical";
  if (force_) text += " --force";
  return text;
}

}  // namespace sluice::cli
