#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// The features that the schema and the configuration use: those that they make active, and those that they ask for
/// with delta.feature.<name>. Without what these need in turn, and without those that only a domain makes active
/// (clustering). Sorted.
std::vector<std::string> UsedFeatures(const TableSchema& schema, const StringMap& configuration);

/// The least protocol that covers `features` and everything they need: (1,2) for none, a legacy version where one
/// implies them all, else lists. Unsupported for a feature that this version cannot write.
core::Result<Protocol> MinimalProtocol(std::span<const std::string> features);

/// `protocol` with `features` and everything they need added. Versions never go down; a legacy version that grows a
/// list lists all that it implied. Equal to `protocol` when nothing is missing.
core::Result<Protocol> UpgradeProtocol(const Protocol& protocol, std::span<const std::string> features);

}  // namespace sluice::delta
