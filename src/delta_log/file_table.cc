#include "delta_log/file_table.h"

#include <algorithm>
#include <utility>

#include "delta_log/file_segment_builder.h"

namespace sluice::delta_log {

bool FileTable::live(FileRef file) const {
  const Piece& piece = pieces_[file.segment];
  return piece.gone == nullptr || !(*piece.gone)[file.row];
}

std::vector<FileRef> FileTable::All() const {
  std::vector<FileRef> all;
  all.reserve(live_);
  ForEach([&all](FileRef file) { all.push_back(file); });
  return all;
}

std::optional<FileRef> FileTable::Find(std::string_view canonical_path) const {
  // Newer pieces are behind; what was added lately is asked for most.
  for (std::size_t i = pieces_.size(); i > 0; --i) {
    const auto row = pieces_[i - 1].files->Find(canonical_path);
    if (!row.has_value()) continue;
    const FileRef file{.segment = static_cast<std::uint32_t>(i - 1), .row = *row};
    if (live(file)) return file;
  }
  return std::nullopt;
}

core::Result<std::vector<std::string>> FileTable::LoadStats(const std::vector<FileRef>& files) const {
  std::vector<std::string> texts;
  texts.reserve(files.size());
  std::shared_ptr<const StatsTexts> loaded;
  std::uint32_t loaded_segment = 0;
  for (const FileRef file : files) {
    if (loaded == nullptr || loaded_segment != file.segment) {
      SLUICE_ASSIGN_OR_RETURN(loaded, segment(file.segment).LoadStats());
      loaded_segment = file.segment;
    }
    texts.emplace_back(loaded->text(file.row));
  }
  return texts;
}

void FileTable::Remove(std::vector<FileRef> files) {
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());
  for (auto file = files.begin(); file != files.end();) {
    Piece& piece = pieces_[file->segment];
    auto gone = piece.gone == nullptr ? std::make_shared<std::vector<bool>>(piece.files->size(), false)
                                      : std::make_shared<std::vector<bool>>(*piece.gone);
    for (const std::uint32_t segment = file->segment; file != files.end() && file->segment == segment; ++file) {
      (*gone)[file->row] = true;
      --piece.live;
      --live_;
      size_bytes_ -= piece.files->size_bytes(file->row);
    }
    piece.gone = std::move(gone);
  }
}

FileTable FileTable::With(const std::vector<std::string>& removed, const std::vector<delta::AddFile>& added,
                          const std::string& root) const {
  FileTable next = *this;
  std::vector<FileRef> files;
  for (const std::string& path : removed) {
    if (const auto file = Find(path)) files.push_back(*file);
  }
  next.Remove(std::move(files));
  if (!added.empty()) {
    FileSegmentBuilder builder(root);
    for (const delta::AddFile& add : added) builder.Add(add);
    next.Append(builder.Build(), {});
  }
  next.MergeSmallPieces(root);
  return next;
}

void FileTable::Append(std::shared_ptr<const FileSegment> files, std::vector<bool> gone) {
  Piece piece;
  piece.live = files->size();
  for (std::size_t row = 0; row < files->size(); ++row) {
    if (!gone.empty() && gone[row]) {
      --piece.live;
    } else {
      size_bytes_ += files->size_bytes(row);
    }
  }
  live_ += piece.live;
  if (piece.live < files->size()) piece.gone = std::make_shared<const std::vector<bool>>(std::move(gone));
  piece.files = std::move(files);
  pieces_.push_back(std::move(piece));
}

// A piece is merged with what is behind it when it is not greater: each file is copied about log2(n) times. Statistics
// that are still in a checkpoint stay there, so such pieces are not merged.
void FileTable::MergeSmallPieces(const std::string& root) {
  std::erase_if(pieces_, [](const Piece& piece) { return piece.live == 0; });
  std::size_t first = pieces_.size();
  std::size_t rows = 0;
  while (first > 0 && pieces_[first - 1].files->held_stats() != nullptr &&
         (rows == 0 || pieces_[first - 1].live <= rows)) {
    rows += pieces_[--first].live;
  }
  if (pieces_.size() - first < 2) return;
  FileSegmentBuilder builder(root);
  builder.Reserve(rows);
  for (std::size_t i = first; i < pieces_.size(); ++i) {
    const FileSegment& files = *pieces_[i].files;
    for (std::uint32_t row = 0; row < files.size(); ++row) {
      if (live({.segment = static_cast<std::uint32_t>(i), .row = row})) {
        builder.Copy(files, row, files.held_stats()->text(row));
      }
    }
  }
  pieces_.resize(first);
  pieces_.push_back({.files = builder.Build(), .gone = nullptr, .live = rows});
}

}  // namespace sluice::delta_log
