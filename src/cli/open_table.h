#pragma once

#include <memory>
#include <string>

#include "cli/application.h"
#include "core/result.h"
#include "delta_log/snapshot.h"

namespace sluice::cli {

/// The table at `text`: PATH, delta:PATH, PATH@v3 or PATH@2026-01-01T00:00:00Z. What is odd about it is said on
/// standard error.
core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTable(const std::string& text, Application& application);

/// The newest version of the table at `text`, for changes. UsageError when the text names another version.
core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTableToWrite(
    const std::string& text, Application& application,
    delta_log::SnapshotParts parts = delta_log::SnapshotParts::kFiles);

}  // namespace sluice::cli
