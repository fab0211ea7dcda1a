#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "recorder/manifest.h"
#include "recorder/recorder_marker.h"
#include "storage/environment.h"

namespace sluice::recorder {

/// What was left of one recorder, and what became of it.
struct RecoveredRecorder {
  std::string recorder = {};
  std::uint64_t rows = 0;  ///< in the file that was made from it
  std::string file = {};   ///< its name; "" when there were no rows
};

/// Publish what recorders that died left in `folder`, oldest first, and add it to `manifest`: rows of the spool of a
/// file that was never published, then rows of the rings that nothing else has. Each recorder's rows become one file,
/// named after it, so that a recovery that dies is done again without doubling. The caller holds the folder's lock: a
/// process that lives is not touched.
core::Result<std::vector<RecoveredRecorder>> RecoverFolder(const storage::Environment& environment,
                                                           const std::string& folder, Manifest& manifest);

}  // namespace sluice::recorder
