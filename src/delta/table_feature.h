#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "delta/action.h"

namespace sluice::delta {

/// What Sluice does with a feature that a table's protocol lists.
enum class FeatureSupport : std::uint8_t {
  kRefused,   ///< neither read (when readers must know it) nor written
  kReadOnly,  ///< read; every write that touches rows is refused
  kYes,       ///< read and written; conditions on the table itself: CheckCanWrite
};

/// One row of the protocol's table of features.
struct TableFeature {
  std::string_view name;
  bool reader = false;          ///< readers must know it, too: listed in both lists
  int legacy_reader = 0;        ///< the reader version that implies it; 0 = none
  int legacy_writer = 0;        ///< the writer version that implies it; 0 = none
  std::string_view needs = {};  ///< the features that must be listed with it, separated by blanks
  FeatureSupport support = FeatureSupport::kYes;
};

/// Every feature that has a meaning here; sorted by the writer version that implies it, then by name.
std::span<const TableFeature> TableFeatures();

/// The feature named so, exactly (aliases that occur in the wild included); nullptr when it is not known.
const TableFeature* FindFeature(std::string_view name);

/// True when `protocol` supports the feature for readers: listed, or implied by a legacy version.
bool SupportsForReaders(const Protocol& protocol, std::string_view feature);
/// The same for writers. Every feature in force is in force for writers.
bool SupportsForWriters(const Protocol& protocol, std::string_view feature);

}  // namespace sluice::delta
