#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta_log/file_table.h"

namespace sluice::delta_log {

/// The live files of a table ordered by partition, then path: what is alike stands together in a checkpoint.
std::vector<FileRef> SortFiles(const FileTable& files);

/// Statistics of files in an order that was fixed before. A segment's texts are read when the first of its files comes
/// and given back after the last one.
///
/// Threads: one at a time. Borrows the table.
class StatsCursor {
 public:
  StatsCursor(const FileTable& files, const std::vector<FileRef>& order);

  /// The statistics of the next file of the order, which is `file`; valid until the next call.
  core::Result<std::string_view> Next(FileRef file);

 private:
  struct Segment {
    std::size_t left = 0;
    std::shared_ptr<const StatsTexts> texts = {};
  };

  const FileTable& files_;
  std::vector<Segment> segments_;
  std::shared_ptr<const StatsTexts> last_;  // of a segment that is done with
};

}  // namespace sluice::delta_log
