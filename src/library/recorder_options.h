#pragma once

#include <span>
#include <vector>

#include "recorder/recording.h"
#include "sluice/recorder.h"

namespace sluice::library {

recorder::RecordingOptions ToRoom(const RecorderOptions& options);
recorder::RecordSchema ToRoom(std::span<const recording::ColumnSpec> columns,
                              const std::vector<DerivedColumn>& derived);
RecorderStats ToPublic(const recorder::RecordingStats& stats);

}  // namespace sluice::library
