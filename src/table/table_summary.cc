#include "table/table_summary.h"

#include "delta/clustering_columns.h"
#include "delta/statistics.h"
#include "delta/type_name.h"

namespace sluice::table {
namespace {

// Clustering columns are kept by their physical names; people know the others.
std::string LogicalName(const delta::TableSchema& schema, const delta::ColumnPath& path) {
  const std::vector<delta::Field>* fields = &schema.fields;
  std::string name;
  for (const std::string& part : path) {
    const delta::Field* found = nullptr;
    for (const delta::Field& field : *fields) {
      if (field.physical_name == part) found = &field;
    }
    name += (name.empty() ? "" : ".") + (found == nullptr ? part : found->name);
    static const std::vector<delta::Field> kNone;
    fields = found == nullptr ? &kNone : &found->type.fields;
  }
  return name;
}

core::Result<std::optional<std::int64_t>> CountRows(const delta_log::FileTable& files) {
  delta::StatisticsParser parser({});
  std::int64_t rows = 0;
  for (std::uint32_t segment = 0; segment < files.segment_count(); ++segment) {
    SLUICE_ASSIGN_OR_RETURN(const auto texts, files.segment(segment).LoadStats());
    for (std::uint32_t row = 0; row < files.segment(segment).size(); ++row) {
      if (!files.live({segment, row})) continue;
      const delta::FileStatistics* statistics = parser.Parse(texts->text(row));
      if (statistics == nullptr || !statistics->records) return std::optional<std::int64_t>();
      const auto* vector = files.segment(segment).deletion_vector(row);
      rows += *statistics->records - (vector == nullptr ? 0 : vector->cardinality);
    }
  }
  return std::optional(rows);
}

}  // namespace

core::Result<TableSummary> Summarize(const delta_log::Snapshot& snapshot) {
  TableSummary summary;
  SLUICE_ASSIGN_OR_RETURN(summary.rows, CountRows(snapshot.files));
  for (const delta::Field& field : snapshot.schema.fields) {
    summary.columns.push_back({field.name, delta::TypeName(field.type), field.nullable});
  }
  const auto domain = snapshot.domains.find(delta::kClusteringDomain);
  if (domain == snapshot.domains.end()) return summary;
  SLUICE_ASSIGN_OR_RETURN(const auto paths, delta::ParseClusteringColumns(domain->second.configuration));
  for (const delta::ColumnPath& path : paths) {
    summary.clustering_columns.push_back(LogicalName(snapshot.schema, path));
  }
  return summary;
}

}  // namespace sluice::table
