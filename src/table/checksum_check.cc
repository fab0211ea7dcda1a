#include "table/checksum_check.h"

#include <fmt/format.h>

#include <set>

#include "table/needed_files.h"

namespace sluice::table {
namespace {

/// The state as a checksum would have it.
struct Totals {
  std::int64_t vectors = 0;
  std::int64_t deleted_rows = 0;
  delta::FileSizeHistogram sizes = {};
  delta::DeletedRecordCounts deleted_counts = {};
  std::set<std::string> paths = {};
};

class Comparison {
 public:
  Comparison(const delta::VersionChecksum& checksum, const delta_log::Snapshot& snapshot)
      : checksum_(checksum), snapshot_(snapshot) {}

  std::vector<std::string> Run() {
    AddUp();
    Compare("numFiles", checksum_.file_count, static_cast<std::int64_t>(snapshot_.files.size()));
    Compare("tableSizeBytes", checksum_.table_size_bytes, snapshot_.files.size_bytes());
    if (checksum_.deleted_rows) Compare("numDeletedRecordsOpt", *checksum_.deleted_rows, totals_.deleted_rows);
    if (checksum_.deletion_vectors) Compare("numDeletionVectorsOpt", *checksum_.deletion_vectors, totals_.vectors);
    if (checksum_.in_commit_timestamp_ms && snapshot_.in_commit_timestamp_ms) {
      Compare("inCommitTimestampOpt", *checksum_.in_commit_timestamp_ms, *snapshot_.in_commit_timestamp_ms);
    }
    Require("protocol", checksum_.protocol == snapshot_.protocol);
    Require("metadata", checksum_.metadata == snapshot_.metadata);
    if (checksum_.file_sizes) Require("fileSizeHistogram", *checksum_.file_sizes == totals_.sizes);
    if (checksum_.deleted_row_counts) {
      Require("deletedRecordCountsHistogramOpt", *checksum_.deleted_row_counts == totals_.deleted_counts);
    }
    CompareTransactions();
    CompareDomains();
    CompareFiles();
    return std::move(differences_);
  }

 private:
  void AddUp() {
    if (checksum_.file_sizes) {
      totals_.sizes.boundaries = checksum_.file_sizes->boundaries;
      totals_.sizes.file_counts.resize(totals_.sizes.boundaries.size());
      totals_.sizes.total_bytes.resize(totals_.sizes.boundaries.size());
    }
    snapshot_.files.ForEach([this](delta_log::FileRef file) {
      const auto& segment = snapshot_.files.segment(file.segment);
      const auto* vector = segment.deletion_vector(file.row);
      const std::int64_t deleted = vector == nullptr ? 0 : vector->cardinality;
      if (vector != nullptr) ++totals_.vectors;
      totals_.deleted_rows += deleted;
      if (checksum_.file_sizes) totals_.sizes.Add(segment.size_bytes(file.row));
      totals_.deleted_counts.Add(deleted);
      if (checksum_.files) totals_.paths.insert(PathBelow(segment.path(file.row), snapshot_.root));
    });
  }

  void Compare(const char* field, std::int64_t says, std::int64_t is) {
    if (says != is) differences_.push_back(fmt::format("{} is {}, and the state has {}", field, says, is));
  }
  void Require(const char* field, bool same) {
    if (!same) differences_.push_back(fmt::format("{} is not that of the state", field));
  }

  // Transactions may have expired in the state.
  void CompareTransactions() {
    if (!checksum_.transactions) return;
    std::size_t found = 0;
    for (const delta::SetTransaction& says : *checksum_.transactions) {
      const auto is = snapshot_.transactions.find(says.app_id);
      if (is == snapshot_.transactions.end()) continue;
      ++found;
      if (is->second.version == says.version) continue;
      differences_.push_back(fmt::format("setTransactions has version {} of '{}', and the state {}", says.version,
                                         says.app_id, is->second.version));
    }
    if (snapshot_.properties.set_transaction_retention) return;
    Compare("the number of setTransactions", static_cast<std::int64_t>(checksum_.transactions->size()),
            static_cast<std::int64_t>(snapshot_.transactions.size()));
    if (found < snapshot_.transactions.size() && checksum_.transactions->size() == snapshot_.transactions.size()) {
      Require("setTransactions", false);
    }
  }

  void CompareDomains() {
    if (!checksum_.domains) return;
    bool same = checksum_.domains->size() == snapshot_.domains.size();
    for (const delta::DomainMetadata& says : *checksum_.domains) {
      const auto is = snapshot_.domains.find(says.domain);
      same = same && is != snapshot_.domains.end() && is->second.configuration == says.configuration;
    }
    Require("domainMetadata", same);
  }

  void CompareFiles() {
    if (!checksum_.files) return;
    std::set<std::string> paths;
    for (const delta::AddFile& file : *checksum_.files) paths.insert(PathBelow(file.path, snapshot_.root));
    Require("allFiles", paths == totals_.paths);
  }

  const delta::VersionChecksum& checksum_;
  const delta_log::Snapshot& snapshot_;
  Totals totals_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> ChecksumDifferences(const delta::VersionChecksum& checksum,
                                             const delta_log::Snapshot& snapshot) {
  return Comparison(checksum, snapshot).Run();
}

}  // namespace sluice::table
