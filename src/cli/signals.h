#pragma once

#include "core/cancellation.h"

namespace sluice::cli {

/// Let SIGINT and SIGTERM cancel `cancellation` instead of killing the process; a second signal kills it at once.
/// SIGPIPE becomes a write error. `cancellation` must outlive the process's work.
void CancelOnSignals(core::Cancellation& cancellation);

/// The signal that cancelled, or 0.
int ReceivedSignal();

}  // namespace sluice::cli
