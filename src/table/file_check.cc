#include "table/file_check.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <utility>

#include "delta/deletion_vector.h"
#include "delta/path.h"
#include "table/deletion_vector_file.h"
#include "table/file_scan.h"
#include "table/needed_files.h"
#include "table/row_layout.h"

namespace sluice::table {

/// The rows of a file, counted and added up.
struct FileCheck::Reading {
  std::uint64_t rows = 0;
  std::optional<parquet::FileSummary> facts = {};  ///< nullopt: the columns cannot have statistics
};

/// Where findings of one file go.
struct FileCheck::Report {
  FileVerdict& verdict;
  std::string path;

  void Find(Finding::Kind kind, std::string message) const {
    verdict.findings.push_back({.kind = kind, .path = path, .message = std::move(message)});
  }
};

FileCheck::FileCheck(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
                     TableShape shape)
    : environment_(&environment), snapshot_(std::move(snapshot)), shape_(std::move(shape)) {}

core::Result<FileCheck> FileCheck::Make(const storage::Environment& environment,
                                        std::shared_ptr<const delta_log::Snapshot> snapshot) {
  SLUICE_ASSIGN_OR_RETURN(TableShape shape, ShapeOf(*snapshot));
  FileCheck check(environment, std::move(snapshot), std::move(shape));
  SLUICE_ASSIGN_OR_RETURN(check.layout_, RowLayout::Make(*check.snapshot_, std::nullopt, std::nullopt, {}));
  check.columns_ = AllStatisticsColumns(check.shape_);
  return check;
}

core::Result<FileCheck::Reading> FileCheck::Read(const delta::AddFile& add,
                                                 std::shared_ptr<const delta::RowSet> deleted) const {
  FileSource source{.partition_values = add.partition_values, .deleted = std::move(deleted)};
  SLUICE_ASSIGN_OR_RETURN(source.path, delta::ResolveFilePath(add.path, snapshot_->root, false));
  SLUICE_ASSIGN_OR_RETURN(const auto scan, FileScan::Open(*environment_, std::move(source), layout_));
  auto facts = RowFacts::Open(*environment_, shape_);
  if (!facts.has_value() && facts.error().kind() != core::ErrorKind::kUnsupported) return std::move(facts).error();
  Reading reading;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const auto rows, scan->Next());
    if (rows == nullptr) break;
    reading.rows += static_cast<std::uint64_t>(rows->num_rows());
    if (facts.has_value()) SLUICE_TRY((*facts)->Add(rows));
  }
  if (facts.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(reading.facts, (*facts)->Finish());
  }
  return reading;
}

core::Result<std::string> FileCheck::NewStatistics(const delta::AddFile& add, const Reading& live, bool marked) const {
  const auto columns =
      delta::StatisticsColumns(shape_.schema, shape_.partition_columns, shape_.properties, shape_.clustering_columns);
  delta::StatisticsFormat format{.prefix_length = shape_.properties.stats_string_prefix_length};
  if (shape_.deletion_vectors) format.tight_bounds = true;
  if (!marked) return delta::FormatStatistics(*live.facts, columns, format);
  SLUICE_ASSIGN_OR_RETURN(const Reading all, Read(add, nullptr));
  return delta::WidenForDeletionVector(delta::FormatStatistics(*all.facts, columns, format),
                                       static_cast<std::int64_t>(all.rows), 0);
}

// False when there is nothing to read.
bool FileCheck::CheckPlace(const delta::AddFile& add, const std::optional<delta::FileStatistics>& said,
                           const Report& report) const {
  const auto place = delta::ResolveFilePath(add.path, snapshot_->root, false);
  if (!place.has_value()) {
    report.Find(Finding::Kind::kDamagedFile, place.error().message());
    return false;
  }
  const auto there = environment_->files.StatIfExists(*place);
  if (!there.has_value()) {
    report.Find(Finding::Kind::kDamagedFile, there.error().message());
    return false;
  }
  if (!there->has_value()) {
    const std::int64_t deleted = add.deletion_vector ? add.deletion_vector->cardinality : 0;
    const std::string rows = said && said->records ? std::to_string(*said->records - deleted) : "an unknown number of";
    report.Find(Finding::Kind::kMissingFile,
                fmt::format("version {} names it, and it is not there; with it {} rows", snapshot_->version, rows));
    report.verdict.missing = true;
    return false;
  }
  if (static_cast<std::int64_t>((*there)->bytes) != add.size_bytes) {
    report.Find(Finding::Kind::kDamagedFile,
                fmt::format("it has {} bytes, and the log says {}", (*there)->bytes, add.size_bytes));
  }
  return true;
}

core::Result<FileVerdict> FileCheck::Check(delta_log::FileRef file, std::string_view statistics) const {
  const delta::AddFile add = snapshot_->files.Get(file);
  FileVerdict verdict;
  const Report report{verdict, PathBelow(add.path, snapshot_->root)};
  const auto said = delta::ParseStatistics(statistics, columns_);
  if (!CheckPlace(add, said, report)) return verdict;
  std::shared_ptr<const delta::RowSet> deleted;
  const bool marked = add.deletion_vector.has_value() && add.deletion_vector->cardinality > 0;
  if (marked) {
    auto loaded = LoadDeletionVector(environment_->files, snapshot_->root, *add.deletion_vector, false);
    if (loaded.has_value()) {
      deleted = *std::move(loaded);
    } else {
      report.Find(Finding::Kind::kVector, loaded.error().message());
    }
  }
  auto live = Read(add, deleted);
  if (!live.has_value()) {
    if (live.error().kind() == core::ErrorKind::kCancelled) return std::move(live).error();
    // A file that can be read without its vector has one that marks rows which are not there.
    const bool is_vector = deleted != nullptr && Read(add, nullptr).has_value();
    report.Find(is_vector ? Finding::Kind::kVector : Finding::Kind::kDamagedFile, live.error().message());
    return verdict;
  }
  if (marked && deleted == nullptr) return verdict;  // which rows live is not known
  verdict.live_rows = live->rows;
  if (!live->facts) return verdict;
  std::vector<std::string> lies;
  if (said) {
    const std::uint64_t physical = live->rows + (deleted ? deleted->cardinality() : 0);
    lies = FindLies(*said, columns_, *live->facts, static_cast<std::int64_t>(physical));
  } else if (!statistics.empty()) {
    lies.emplace_back("they are no JSON object");
  }
  if (marked && (!said || !said->records)) lies.emplace_back("there is no numRecords, which a deletion vector needs");
  if (lies.empty()) return verdict;
  for (std::string& lie : lies) report.Find(Finding::Kind::kStatistics, std::move(lie));
  SLUICE_ASSIGN_OR_RETURN(verdict.new_statistics, NewStatistics(add, *live, marked));
  return verdict;
}

}  // namespace sluice::table
