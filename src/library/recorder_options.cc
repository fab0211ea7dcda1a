#include "library/recorder_options.h"

#include <string>

namespace sluice::library {
namespace {

recorder::FullPolicy ToRoom(FullPolicy policy) {
  switch (policy) {
    case FullPolicy::kDrop: return recorder::FullPolicy::kDrop;
    case FullPolicy::kSpinThenPark: return recorder::FullPolicy::kSpinThenPark;
    case FullPolicy::kPark: return recorder::FullPolicy::kPark;
    case FullPolicy::kFail: return recorder::FullPolicy::kFail;
  }
  return recorder::FullPolicy::kSpinThenPark;
}

}  // namespace

recorder::RecordingOptions ToRoom(const RecorderOptions& options) {
  return {.directory = options.directory,
          .mapping_directory = options.mapping_directory,
          .survive_kill = options.survive_kill,
          .ring_bytes = options.ring_bytes_per_thread,
          .threads_max = options.threads_max,
          .when_full = ToRoom(options.when_full),
          .limits = {.file_rows_max = options.file_rows_max,
                     .file_bytes_max = options.file_bytes_max,
                     .min_rows_for_split = options.min_rows_for_split,
                     .files_max = options.files_max,
                     .folder_bytes_max = options.folder_bytes_max,
                     .hand_over_after = options.hand_over_after,
                     .rotate_after = options.rotate_after,
                     .sync_blocks = options.durability == Durability::kRowGroup},
          .stamps_ticks = options.stamps == StampClock::kTicks,
          .file_pattern = options.file_pattern,
          .codec = options.codec};
}

recorder::RecordSchema ToRoom(std::span<const recording::ColumnSpec> columns,
                              const std::vector<DerivedColumn>& derived) {
  recorder::RecordSchema schema;
  for (const recording::ColumnSpec& column : columns) {
    schema.columns.push_back({.name = std::string(column.name),
                              .shape = column.shape,
                              .precision = column.precision,
                              .scale = column.scale,
                              .second_digits = column.second_digits,
                              .json = column.json,
                              .filled = column.filled,
                              .utc = column.utc});
  }
  for (const DerivedColumn& column : derived) {
    schema.derived.push_back({column.name, column.value, column.when, column.equals});
  }
  return schema;
}

RecorderStats ToPublic(const recorder::RecordingStats& stats) {
  return {
      .total_rows = stats.accepted,
      .buffered_rows = stats.accepted - stats.dropped - std::min(stats.files.landed, stats.accepted - stats.dropped),
      .files_written = stats.files.files_written,
      .current_file_rows = stats.files.current_file_rows,
      .landed = stats.files.landed,
      .dropped = stats.dropped,
      .cut_texts = stats.cut,
      .blocked_count = stats.blocked_count,
      .blocked_ns = stats.blocked_ns,
      .high_water_bytes = stats.high_water_bytes,
      .last_error = stats.files.last_error};
}

}  // namespace sluice::library
