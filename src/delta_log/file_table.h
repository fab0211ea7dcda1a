#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/file_segment.h"

namespace sluice::delta_log {

/// A live file of a FileTable.
struct FileRef {
  std::uint32_t segment = 0;
  std::uint32_t row = 0;

  auto operator<=>(const FileRef& other) const = default;
};

/// The live files of one version: segments that versions share, and which of their rows are gone. A value that is
/// cheap to copy: a version later it shares all segments but the last few.
///
/// Threads: any for reading.
class FileTable {
 public:
  std::size_t size() const { return live_; }
  std::int64_t size_bytes() const { return size_bytes_; }
  std::size_t segment_count() const { return pieces_.size(); }
  const FileSegment& segment(std::uint32_t segment) const { return *pieces_[segment].files; }
  bool live(FileRef file) const;

  /// Call `visit(FileRef)` for each live file, in the order of segments and rows.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (std::uint32_t segment = 0; segment < pieces_.size(); ++segment) {
      const std::size_t rows = pieces_[segment].files->size();
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (live({segment, row})) visit(FileRef{segment, row});
      }
    }
  }
  std::vector<FileRef> All() const;

  std::string_view path(FileRef file) const { return segment(file.segment).path(file.row); }
  delta::AddFile Get(FileRef file) const { return segment(file.segment).Get(file.row); }
  /// The live file with this canonical path (path.h).
  std::optional<FileRef> Find(std::string_view canonical_path) const;
  /// The statistics of these files, "" for a file without; sorted `files` are read segment by segment, once each.
  core::Result<std::vector<std::string>> LoadStats(const std::vector<FileRef>& files) const;

  /// A later version: `removed` canonical paths go, `added` come. Small segments are merged as they pile up, so that
  /// n versions of one file each cost O(n log n) together.
  /// `root` is the table's folder, for the canonical paths of what comes.
  FileTable With(const std::vector<std::string>& removed, const std::vector<delta::AddFile>& added,
                 const std::string& root) const;
  /// Add a whole segment; `gone[row]`, when not empty, marks rows that are not live.
  void Append(std::shared_ptr<const FileSegment> files, std::vector<bool> gone);

 private:
  struct Piece {
    std::shared_ptr<const FileSegment> files;
    std::shared_ptr<const std::vector<bool>> gone;  // null: all are live
    std::size_t live = 0;
  };

  void Remove(std::vector<FileRef> files);
  void MergeSmallPieces(const std::string& root);

  std::vector<Piece> pieces_;
  std::size_t live_ = 0;
  std::int64_t size_bytes_ = 0;
};

}  // namespace sluice::delta_log
