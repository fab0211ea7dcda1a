#include "delta/version_checksum.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "delta/action_fields.h"
#include "delta/object_fields.h"

namespace sluice::delta {

namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;

constexpr ObjectField<FileSizeHistogram> kHistogramFields[] = {
    Member<&FileSizeHistogram::boundaries>("sortedBinBoundaries", Need::kRequired),
    Member<&FileSizeHistogram::file_counts>("fileCounts", Need::kRequired),
    Member<&FileSizeHistogram::total_bytes>("totalBytes", Need::kRequired),
};

constexpr ObjectField<DeletedRecordCounts> kDeletedFields[] = {
    {"deletedRecordCounts", true,
     [](JsonReader& in, DeletedRecordCounts& counts) {
       std::vector<std::int64_t> files;
       if (!ReadValue(in, files)) return false;
       if (files.size() != counts.files.size()) return in.Fail("ten numbers are expected");
       std::copy(files.begin(), files.end(), counts.files.begin());
       return true;
     },
     [](const DeletedRecordCounts&) { return true; },
     [](JsonWriter& out, const DeletedRecordCounts& counts) {
       WriteValue(out, std::vector<std::int64_t>(counts.files.begin(), counts.files.end()));
     }},
};

}  // namespace

// Not in the unnamed namespace: they are found by the type of their second argument.
static bool Read(JsonReader& in, FileSizeHistogram& histogram) {
  if (!ReadFields(in, kHistogramFields, histogram)) return false;
  const auto& boundaries = histogram.boundaries;
  if (boundaries.empty() || boundaries.front() != 0) return in.Fail("the first boundary is 0");
  if (std::adjacent_find(boundaries.begin(), boundaries.end(), std::greater_equal<>()) != boundaries.end()) {
    return in.Fail("the boundaries do not ascend");
  }
  return (histogram.file_counts.size() == boundaries.size() && histogram.total_bytes.size() == boundaries.size()) ||
         in.Fail("the lists of the histogram have different lengths");
}

static void Write(JsonWriter& out, const FileSizeHistogram& histogram) {
  WriteFields(out, kHistogramFields, histogram);
}

static bool Read(JsonReader& in, DeletedRecordCounts& counts) { return ReadFields(in, kDeletedFields, counts); }
static void Write(JsonWriter& out, const DeletedRecordCounts& counts) { WriteFields(out, kDeletedFields, counts); }

namespace {

constexpr ObjectField<VersionChecksum> kFields[] = {
    Member<&VersionChecksum::txn_id>("txnId"),
    Member<&VersionChecksum::table_size_bytes>("tableSizeBytes", Need::kRequired),
    Member<&VersionChecksum::file_count>("numFiles", Need::kRequired),
    Member<&VersionChecksum::deleted_rows>("numDeletedRecordsOpt"),
    Member<&VersionChecksum::deletion_vectors>("numDeletionVectorsOpt"),
    Member<&VersionChecksum::metadata_count>("numMetadata", Need::kRequired),
    Member<&VersionChecksum::protocol_count>("numProtocol", Need::kRequired),
    Member<&VersionChecksum::in_commit_timestamp_ms>("inCommitTimestampOpt"),
    Member<&VersionChecksum::transactions>("setTransactions"),
    Member<&VersionChecksum::domains>("domainMetadata"),
    Member<&VersionChecksum::metadata>("metadata", Need::kRequired),
    Member<&VersionChecksum::protocol>("protocol", Need::kRequired),
    Member<&VersionChecksum::file_sizes>("fileSizeHistogram"),
    OldName<&VersionChecksum::file_sizes>("histogramOpt"),
    Member<&VersionChecksum::deleted_row_counts>("deletedRecordCountsHistogramOpt"),
    Member<&VersionChecksum::files>("allFiles"),
};

/// The sizes that writers agree on: powers of two, and finer steps around the sizes that files usually have.
std::vector<std::int64_t> DefaultBoundaries() {
  struct Stretch {
    std::int64_t end;
    std::int64_t step;
  };
  constexpr Stretch kStretches[] = {{40 * kMiB, 4 * kMiB},    {120 * kMiB, 8 * kMiB},   {144 * kMiB, 4 * kMiB},
                                    {576 * kMiB, 16 * kMiB},  {1408 * kMiB, 64 * kMiB}, {2048 * kMiB, 128 * kMiB},
                                    {4096 * kMiB, 256 * kMiB}};
  std::vector<std::int64_t> boundaries = {0, 8 * kKiB};
  while (boundaries.back() < 4 * kMiB) boundaries.push_back(boundaries.back() * 2);
  for (const auto& [end, step] : kStretches) {
    while (boundaries.back() < end) boundaries.push_back(boundaries.back() + step);
  }
  while (boundaries.back() < 256 * kGiB) boundaries.push_back(boundaries.back() * 2);
  return boundaries;
}

}  // namespace

FileSizeHistogram FileSizeHistogram::Empty() {
  FileSizeHistogram histogram{.boundaries = DefaultBoundaries()};
  histogram.file_counts.resize(histogram.boundaries.size());
  histogram.total_bytes.resize(histogram.boundaries.size());
  return histogram;
}

void FileSizeHistogram::Add(std::int64_t size_bytes, std::int64_t count) {
  const auto above = std::upper_bound(boundaries.begin(), boundaries.end(), std::max<std::int64_t>(size_bytes, 0));
  const auto bin = static_cast<std::size_t>(above - boundaries.begin()) - 1;
  file_counts[bin] += count;
  total_bytes[bin] += count * size_bytes;
}

void DeletedRecordCounts::Add(std::int64_t deleted_rows, std::int64_t count) {
  constexpr std::int64_t kLastBegin = std::numeric_limits<std::int32_t>::max();
  std::size_t bin = 0;
  if (deleted_rows >= kLastBegin) {
    bin = files.size() - 1;
  } else {
    for (std::int64_t begin = 1; begin <= deleted_rows && bin + 2 < files.size(); begin *= 10) ++bin;
  }
  files[bin] += count;
}

core::Result<VersionChecksum> ParseVersionChecksum(std::string_view text, const std::string& file) {
  JsonReader in;
  VersionChecksum checksum;
  const auto error = [&](const std::string& what) {
    return core::Corruption(file + ": byte " + std::to_string(in.position()) + ": " + what);
  };
  if (!in.Load(text) || !ReadFields(in, kFields, checksum)) return error(in.flaw());
  if (!in.AtEnd()) return error("something follows the object");
  if (checksum.metadata_count != 1 || checksum.protocol_count != 1) {
    return error("a table has one protocol and one metaData, not " + std::to_string(checksum.protocol_count) + " and " +
                 std::to_string(checksum.metadata_count));
  }
  return checksum;
}

std::string FormatVersionChecksum(const VersionChecksum& checksum) {
  std::string text;
  JsonWriter out(text);
  WriteFields(out, kFields, checksum);
  return text;
}

}  // namespace sluice::delta
