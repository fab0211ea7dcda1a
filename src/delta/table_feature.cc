#include "delta/table_feature.h"

#include <algorithm>
#include <array>

namespace sluice::delta {
namespace {

constexpr FeatureSupport kRefused = FeatureSupport::kRefused;
constexpr FeatureSupport kReadOnly = FeatureSupport::kReadOnly;

constexpr std::array<TableFeature, 33> kFeatures{{
    {.name = "appendOnly", .legacy_writer = 2},
    {.name = "invariants", .legacy_writer = 2},
    {.name = "checkConstraints", .legacy_writer = 3},
    {.name = "changeDataFeed", .legacy_writer = 4},
    {.name = "generatedColumns", .legacy_writer = 4},
    {.name = "columnMapping", .reader = true, .legacy_reader = 2, .legacy_writer = 5},
    {.name = "identityColumns", .legacy_writer = 6},
    {.name = "adaptiveMetadata-preview", .reader = true, .support = kRefused},
    {.name = "allowColumnDefaults"},
    {.name = "catalogManaged", .reader = true, .needs = "inCommitTimestamp", .support = kRefused},
    {.name = "checkpointProtection"},
    {.name = "clustering", .needs = "domainMetadata"},
    {.name = "columnMappingUsageTracking", .needs = "columnMapping", .support = kReadOnly},
    {.name = "coordinatedCommits-preview", .needs = "inCommitTimestamp", .support = kRefused},
    {.name = "deletionVectors", .reader = true},
    {.name = "domainMetadata"},
    {.name = "icebergCompatV1", .needs = "columnMapping"},
    {.name = "icebergCompatV2", .needs = "columnMapping"},
    {.name = "icebergCompatV3", .needs = "columnMapping rowTracking"},
    {.name = "inCommitTimestamp"},
    {.name = "materializePartitionColumns"},
    {.name = "redirectReaderWriter-preview", .reader = true, .support = kRefused},
    {.name = "redirectWriterOnly-preview", .support = kRefused},
    {.name = "rowTracking", .needs = "domainMetadata", .support = kReadOnly},
    {.name = "timestampNtz", .reader = true},
    {.name = "typeWidening", .reader = true},
    {.name = "typeWidening-preview", .reader = true},
    {.name = "v2Checkpoint", .reader = true},
    {.name = "vacuumProtocolCheck", .reader = true},
    {.name = "variantShredding", .reader = true, .needs = "variantType", .support = kReadOnly},
    {.name = "variantShredding-preview", .reader = true, .needs = "variantType", .support = kReadOnly},
    {.name = "variantType", .reader = true},
    {.name = "variantType-preview", .reader = true},
}};

std::string_view WithoutAlias(std::string_view name) {
  if (name == "timestampWithoutTimezone") return "timestampNtz";
  if (name == "catalogOwned-preview") return "catalogManaged";
  return name;
}

bool Lists(const std::optional<std::vector<std::string>>& names, std::string_view feature) {
  return names && std::ranges::any_of(*names, [&](const std::string& name) { return WithoutAlias(name) == feature; });
}

}  // namespace

std::span<const TableFeature> TableFeatures() { return kFeatures; }

const TableFeature* FindFeature(std::string_view name) {
  const auto at = std::ranges::find(kFeatures, WithoutAlias(name), &TableFeature::name);
  return at == kFeatures.end() ? nullptr : &*at;
}

bool SupportsForReaders(const Protocol& protocol, std::string_view feature) {
  if (protocol.min_reader_version >= 3) return Lists(protocol.reader_features, feature);
  const TableFeature* known = FindFeature(feature);
  return known != nullptr && known->legacy_reader != 0 && protocol.min_reader_version >= known->legacy_reader;
}

bool SupportsForWriters(const Protocol& protocol, std::string_view feature) {
  if (protocol.min_writer_version >= 7) return Lists(protocol.writer_features, feature);
  const TableFeature* known = FindFeature(feature);
  return known != nullptr && known->legacy_writer != 0 && protocol.min_writer_version >= known->legacy_writer;
}

}  // namespace sluice::delta
