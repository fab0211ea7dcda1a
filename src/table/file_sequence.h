#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"
#include "table/file_scan.h"

namespace sluice::table {

/// Some rows of one file of a sequence.
struct SequenceRows {
  std::shared_ptr<arrow::RecordBatch> rows;
  std::size_t file = 0;
};

/// Reads files one behind the other, and those behind ahead, on the executor: rows come in the order of the files
/// whatever the number of threads.
///
/// Threads: one at a time; `open` is called on any. Borrows the environment. Limits: a few megabytes of each of the
/// files that are read ahead, at most two a thread and fewer with little memory. An error comes where the rows of its
/// file would come; nothing can be read after it.
class FileSequence {
 public:
  using OpenFile = std::function<core::Result<std::unique_ptr<FileScan>>(std::size_t)>;

  /// Files 0 … `count` - 1.
  FileSequence(const storage::Environment& environment, std::size_t count, OpenFile open);
  ~FileSequence();

  /// The next rows, never none; nullopt after the last ones.
  core::Result<std::optional<SequenceRows>> Next();
  /// What is odd about the files that were read to their end: the first kNotesMax, and how many more.
  std::vector<std::string> notes() const;

  static constexpr std::size_t kNotesMax = 20;

 private:
  class Slot;

  void ReadAhead();

  const storage::Environment& environment_;
  std::size_t count_;
  OpenFile open_;
  std::size_t next_ = 0;
  std::deque<std::unique_ptr<Slot>> slots_;  // files being read, in order
  std::vector<std::string> notes_;
  std::size_t more_notes_ = 0;
};

}  // namespace sluice::table
