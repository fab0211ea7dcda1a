#pragma once

#include <string>
#include <vector>

#include "delta/version_checksum.h"
#include "delta_log/snapshot.h"

namespace sluice::table {

/// Where the checksum of a version and its state differ, with both values; empty when they agree. Fields that the
/// checksum leaves out are not looked at.
std::vector<std::string> ChecksumDifferences(const delta::VersionChecksum& checksum,
                                             const delta_log::Snapshot& snapshot);

}  // namespace sluice::table
