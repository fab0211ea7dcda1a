#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "delta/protocol_gate.h"

namespace sluice::delta {

/// A feature that the table's metadata make active, and what does: "column 'a.b'", "delta.appendOnly=true".
struct ActiveFeature {
  std::string_view feature;
  std::string reason;
};

/// Every feature that columns, their metadata or properties make active, whether or not the protocol supports it; in no
/// order, one entry for each reason.
std::vector<ActiveFeature> FindActiveFeatures(const TableSchema& schema, const StringMap& configuration);

/// The part of CheckCanWrite that looks at the table's metadata. `operation` is not kMaintain.
core::Status CheckActiveFeatures(const Protocol& protocol, const Metadata& metadata, const TableSchema& schema,
                                 Operation operation);

}  // namespace sluice::delta
