#include "table/unit_writer.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "table/cluster_rows.h"
#include "table/cube_plan.h"
#include "table/key_cuts.h"
#include "table/row_sample.h"
#include "table/scan.h"

namespace sluice::table {
namespace {

constexpr std::uint64_t kSampleRowsMin = 65'536;
constexpr std::uint64_t kSampleRowsPerFile = 100;
constexpr double kFilesMax = 4096;  // of a unit; there are more only when the target is set very low

ScanPlan PlanOf(std::span<const RewriteUnit> units) {
  ScanPlan plan;
  for (const RewriteUnit& unit : units) {
    for (const RewriteFile& file : unit.files) plan.files.push_back({.file = file.file});
  }
  return plan;
}

}  // namespace

core::Result<std::unique_ptr<DataWriter>> UnitWriter::OpenWriter(const RewriteUnit& unit, bool clustered) const {
  DataWriterOptions options;
  // What belongs into one file is decided before: the writer steps in when the rows turn out much larger.
  options.file_bytes_target = 2 * target_bytes_;
  options.data_change = false;
  if (!unit.tags.empty()) options.tags = unit.tags;
  if (clustered) options.clustering_provider = std::string(kClusteringProvider);
  return DataWriter::Open(environment_, shape_, std::move(options));
}

core::Result<WrittenUnit> UnitWriter::Finish(const RewriteUnit& unit, std::unique_ptr<DataWriter> writer) const {
  SLUICE_ASSIGN_OR_RETURN(const std::uint64_t expected, CountLiveRows(environment_, *snapshot_, unit.files));
  if (writer->rows() != expected) {
    return core::Corruption(fmt::format("{}: {} rows were to be moved and {} were read: a file or its statistics lie",
                                        snapshot_->root, expected, writer->rows()))
        .WithHint("'sluice table verify' tells which");
  }
  WrittenUnit written{.unit = &unit, .rows = expected};
  SLUICE_ASSIGN_OR_RETURN(written.adds, writer->Finish());
  written.writer = std::move(writer);
  return written;
}

core::Status UnitWriter::Pack(std::span<const RewriteUnit> units, std::vector<WrittenUnit>& written) const {
  std::map<delta_log::FileRef, std::size_t> unit_of;
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (const RewriteFile& file : units[i].files) unit_of[file.file] = i;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment_, snapshot_, {}, PlanOf(units)));
  SLUICE_ASSIGN_OR_RETURN(auto batch, scan->Next());
  for (std::size_t i = 0; i < units.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(auto writer, OpenWriter(units[i], false));
    while (batch && unit_of.at(batch->file) == i) {
      SLUICE_TRY(writer->Write(batch->rows));
      SLUICE_ASSIGN_OR_RETURN(batch, scan->Next());
    }
    SLUICE_ASSIGN_OR_RETURN(WrittenUnit unit, Finish(units[i], std::move(writer)));
    written.push_back(std::move(unit));
  }
  return core::Ok();
}

core::Result<CubeLayout> UnitWriter::LayOut(const RewriteUnit& unit, const ClusteringSpec& spec,
                                            SkippingEstimate& estimate) const {
  const double files = static_cast<double>(unit.live_bytes()) / static_cast<double>(target_bytes_);
  const auto files_wanted = static_cast<std::size_t>(std::clamp(std::round(files), 1.0, kFilesMax));
  SampleRequest request{.rows_wanted = std::max(kSampleRowsMin, kSampleRowsPerFile * files_wanted)};
  for (const RewriteFile& file : unit.files) request.files.push_back(file.file);
  for (const delta::ColumnPath& path : spec.paths()) request.columns.push_back(path.front());
  SLUICE_ASSIGN_OR_RETURN(request.rows_total, CountLiveRows(environment_, *snapshot_, unit.files));
  SLUICE_ASSIGN_OR_RETURN(const auto sample, SampleRows(environment_, snapshot_, request));
  SLUICE_ASSIGN_OR_RETURN(ClusteringKey key, ClusteringKey::Make(spec.paths(), spec.curve, *sample, environment_.pool));
  SLUICE_ASSIGN_OR_RETURN(const auto values, key.Values(*sample));
  const std::vector<std::uint64_t> keys = key.Keys(values);
  CubeLayout layout{.key = std::move(key), .sample_keys = keys, .files = files_wanted, .rows = request.rows_total};
  std::sort(layout.sample_keys.begin(), layout.sample_keys.end());
  const KeyCuts cuts = CutKeys(layout.sample_keys, files_wanted, 1);
  std::vector<std::uint32_t> new_file(keys.size());
  std::transform(keys.begin(), keys.end(), new_file.begin(), [&](std::uint64_t k) { return cuts.BucketOf(k); });
  SLUICE_TRY(estimate.Add(unit.files, layout.key, values, new_file, cuts.files));
  return layout;
}

core::Result<WrittenUnit> UnitWriter::Cluster(const RewriteUnit& unit, const ClusteringSpec& spec,
                                              const CubeLayout& layout) const {
  SLUICE_ASSIGN_OR_RETURN(auto writer, OpenWriter(unit, spec.of_table));
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment_, snapshot_, {}, PlanOf({&unit, 1})));
  const ClusterPlan plan{
      .key = layout.key, .sample = layout.sample_keys, .files = layout.files, .rows_total = layout.rows};
  SLUICE_TRY(ClusterRows(environment_, *scan, plan, *writer));
  return Finish(unit, std::move(writer));
}

}  // namespace sluice::table
