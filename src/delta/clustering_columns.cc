#include "delta/clustering_columns.h"

#include <fmt/format.h>

#include "delta/json_reader.h"
#include "delta/json_writer.h"

namespace sluice::delta {

core::Result<std::vector<ColumnPath>> ParseClusteringColumns(std::string_view configuration) {
  std::vector<ColumnPath> columns;
  bool found = false;
  JsonReader reader;
  const auto read_column = [&] {
    ColumnPath& path = columns.emplace_back();
    return reader.Peek() == '"' ? reader.Read(path.emplace_back()) : reader.Read(path);
  };
  const auto read_member = [&](std::string_view name) {
    if (name != "clusteringColumns") return reader.Skip();
    found = true;
    return reader.ReadArray(read_column) || reader.FailIn(name);
  };
  if (!reader.Load(configuration)) {
    return core::Corruption(fmt::format("domain {}: {}", kClusteringDomain, reader.flaw()));
  }
  const bool good = reader.ReadObject(read_member) && (reader.AtEnd() || reader.Fail("more text follows"));
  if (good && found) return columns;
  return core::Corruption(fmt::format("domain {}, byte {}: {}", kClusteringDomain, reader.position(),
                                      good ? "clusteringColumns is absent" : reader.flaw()));
}

std::string FormatClusteringColumns(const std::vector<ColumnPath>& columns) {
  std::string out;
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Key("clusteringColumns");
  writer.BeginArray();
  for (const ColumnPath& path : columns) writer.Write(path);
  writer.EndArray();
  writer.EndObject();
  return out;
}

}  // namespace sluice::delta
