#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "columns/reject.h"
#include "core/result.h"

namespace sluice::pipeline {

/// A file that was written aside and waits for its commit.
struct PendingFile {
  std::string temporary_path = {};
  std::string final_path = {};
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string checksum = {};  ///< of the whole file, as storage computes it while writing

  bool operator==(const PendingFile& other) const = default;
};

/// What one task did. Nothing of it is visible to readers until the plan is committed.
struct TaskReport {
  std::string run = {};
  std::uint64_t index = 0;
  PendingFile output = {};
  /// Rejected rows as NDJSON; an empty temporary_path = none.
  PendingFile rejects = {};
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t bytes_read = 0;
  /// For targets that are tables: the lines of the table's log that name what was written.
  std::string log_lines = {};
  std::vector<std::string> findings = {};         ///< columns added, missing, reordered, …: one sentence each
  std::vector<std::string> notes = {};            ///< "delimiter ';' found by sniffing", …
  std::vector<std::string> encodings = {};        ///< one line a column: the encoding and why
  std::vector<std::string> reject_examples = {};  ///< the first rejected rows, a line each
  std::int64_t read_ms = 0;
  std::int64_t write_ms = 0;

  bool operator==(const TaskReport& other) const = default;
};

std::string ToJson(const TaskReport& report);
core::Result<TaskReport> TaskReportFromJson(std::string_view text);

}  // namespace sluice::pipeline
