#include "cli/open_table.h"

#include <fmt/format.h>

#include "delta_log/table_location.h"

namespace sluice::cli {
namespace {

using SnapshotPtr = std::shared_ptr<const delta_log::Snapshot>;

void SayNotes(const delta_log::Snapshot& snapshot, Console& console) {
  for (const std::string& note : snapshot.notes) console.Hint("note: " + note);
}

}  // namespace

core::Result<SnapshotPtr> OpenTable(const std::string& text, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment->files, text));
  SLUICE_ASSIGN_OR_RETURN(const auto version, delta_log::ResolveVersion(*environment, location));
  SLUICE_ASSIGN_OR_RETURN(SnapshotPtr snapshot, delta_log::OpenSnapshot(*environment, location.root, version));
  SayNotes(*snapshot, application.console());
  return snapshot;
}

core::Result<SnapshotPtr> OpenTableToWrite(const std::string& text, Application& application,
                                           delta_log::SnapshotParts parts) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment->files, text));
  if (location.version || location.timestamp_us) {
    return core::UsageError(fmt::format("'{}' names an old version, and only the newest one can be changed", text))
        .WithHint("leave out what follows '@'; 'sluice table restore' makes an old version the newest");
  }
  SLUICE_ASSIGN_OR_RETURN(SnapshotPtr snapshot,
                          delta_log::OpenSnapshot(*environment, location.root, std::nullopt, parts));
  SayNotes(*snapshot, application.console());
  return snapshot;
}

}  // namespace sluice::cli
