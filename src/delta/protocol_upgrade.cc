#include "delta/protocol_upgrade.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "delta/active_feature.h"
#include "delta/table_feature.h"

namespace sluice::delta {
namespace {

using Features = std::vector<const TableFeature*>;

bool Supports(const Protocol& protocol, const TableFeature& feature) {
  return SupportsForWriters(protocol, feature.name) && (!feature.reader || SupportsForReaders(protocol, feature.name));
}

/// Adds the feature and what it needs to `found`, each once, what is needed first.
core::Status Collect(std::string_view name, Features& found) {
  const TableFeature* feature = FindFeature(name);
  if (feature == nullptr || feature->support != FeatureSupport::kYes) {
    return core::Unsupported(fmt::format("table feature {} cannot be written by this version", name));
  }
  std::string_view needs = feature->needs;
  while (!needs.empty()) {
    const std::string_view need = needs.substr(0, needs.find(' '));
    needs.remove_prefix(std::min(need.size() + 1, needs.size()));
    SLUICE_TRY(Collect(need, found));
  }
  if (std::ranges::find(found, feature) == found.end()) found.push_back(feature);
  return core::Ok();
}

core::Result<Features> Missing(const Protocol& protocol, std::span<const std::string> features) {
  Features missing;
  for (const std::string& name : features) SLUICE_TRY(Collect(name, missing));
  std::erase_if(missing, [&](const TableFeature* feature) { return Supports(protocol, *feature); });
  std::ranges::sort(missing, {}, [](const TableFeature* feature) { return feature->name; });
  return missing;
}

/// What a legacy version implies for readers and writers alike, as a list; the list itself where there is one.
std::vector<std::string> Listed(const Protocol& protocol, bool for_readers) {
  const auto& list = for_readers ? protocol.reader_features : protocol.writer_features;
  if (list) return *list;
  std::vector<std::string> implied;
  for (const TableFeature& feature : TableFeatures()) {
    if (Supports(protocol, feature) && (feature.reader || !for_readers)) implied.emplace_back(feature.name);
  }
  return implied;
}

Protocol WithLegacyVersions(Protocol protocol, const Features& missing) {
  for (const TableFeature* feature : missing) {
    protocol.min_reader_version = std::max(protocol.min_reader_version, feature->legacy_reader);
    protocol.min_writer_version = std::max(protocol.min_writer_version, feature->legacy_writer);
  }
  return protocol;
}

Protocol WithLists(const Protocol& protocol, const Features& missing) {
  Protocol upgraded = WithLegacyVersions(protocol, missing);
  std::vector<std::string> readers = Listed(protocol, true);
  std::vector<std::string> writers = Listed(protocol, false);
  bool needs_reader_list = protocol.min_reader_version >= 3;
  for (const TableFeature* feature : missing) {
    writers.emplace_back(feature->name);
    if (!feature->reader) continue;
    readers.emplace_back(feature->name);
    needs_reader_list = needs_reader_list || feature->legacy_reader == 0;
  }
  upgraded.min_writer_version = 7;
  upgraded.writer_features = std::move(writers);
  if (needs_reader_list) {
    upgraded.min_reader_version = 3;
    upgraded.reader_features = std::move(readers);
  }
  return upgraded;
}

}  // namespace

core::Result<Protocol> UpgradeProtocol(const Protocol& protocol, std::span<const std::string> features) {
  SLUICE_ASSIGN_OR_RETURN(const Features missing, Missing(protocol, features));
  if (missing.empty()) return protocol;
  const bool legacy_will_do =
      protocol.min_writer_version < 7 &&
      std::ranges::all_of(missing, [](const auto* feature) { return feature->legacy_writer != 0; });
  return legacy_will_do ? WithLegacyVersions(protocol, missing) : WithLists(protocol, missing);
}

core::Result<Protocol> MinimalProtocol(std::span<const std::string> features) {
  const Protocol plain{.min_reader_version = 1, .min_writer_version = 2};
  SLUICE_ASSIGN_OR_RETURN(const Protocol legacy, UpgradeProtocol(plain, features));
  if (legacy.min_writer_version < 7) return legacy;
  // With lists, nothing that no one asked for is listed.
  const Protocol nothing{
      .min_reader_version = 1, .min_writer_version = 7, .writer_features = std::vector<std::string>()};
  return UpgradeProtocol(nothing, features);
}

std::vector<std::string> UsedFeatures(const TableSchema& schema, const StringMap& configuration) {
  std::set<std::string> used;
  for (const ActiveFeature& active : FindActiveFeatures(schema, configuration)) used.emplace(active.feature);
  constexpr std::string_view kPrefix = "delta.feature.";
  for (auto at = configuration.lower_bound(kPrefix); at != configuration.end() && at->first.starts_with(kPrefix); ++at)
    used.insert(at->first.substr(kPrefix.size()));
  return {used.begin(), used.end()};
}

}  // namespace sluice::delta
