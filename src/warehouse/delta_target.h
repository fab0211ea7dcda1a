#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

/// A Delta table in a folder. Files of one recorder are one commit, with the transaction identifier
/// `sluice-recorder-{its ULID}` and the highest sequence among them: what the log names is in, once. That says "all up
/// to here", so files are taken in the order of their sequences only.
///
/// Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenDeltaTarget(const storage::Environment& environment,
                                                          const std::string& root);

}  // namespace sluice::warehouse
