#include "cli/load_printer.h"

#include <fmt/format.h>

#include "cli/count_text.h"

namespace sluice::cli {
namespace {

void SayFile(const warehouse::FileReport& file, Console& console) {
  const bool waits = file.status == warehouse::LoadState::kSealed || file.status == warehouse::LoadState::kStaged;
  const Symbols& symbols = console.symbols();
  if (file.loaded()) {
    console.Say(fmt::format("{} {}: {}", symbols.done, file.file, CountText(file.rows_loaded, "row")));
  } else if (waits && file.reason.empty()) {
    console.Say(fmt::format("{} {}: {}, {}", symbols.arrow, file.file, CountText(file.rows, "row"),
                            LoadStateName(file.status)));
  } else {
    console.Say(fmt::format("{} {}: {}{}{}", symbols.failed, file.file, LoadStateName(file.status),
                            file.reason.empty() ? "" : ": ", file.reason));
  }
}

}  // namespace

void SayLoad(const warehouse::LoadReport& report, bool new_only, Console& console) {
  for (const warehouse::FileReport& file : report.files) {
    if (!new_only || !file.earlier) SayFile(file, console);
  }
  const std::string_view mark = report.exact() ? console.symbols().done : console.symbols().arrow;
  console.Say(fmt::format("{} {} of {} {} in {}{}", mark, core::FormatCount(report.rows_loaded),
                          CountText(report.rows_recorded, "recorded row"), report.rows_recorded == 1 ? "is" : "are",
                          report.target,
                          report.rows_rejected == 0 ? "" : fmt::format(", {} rejected", report.rows_rejected)));
}

}  // namespace sluice::cli
