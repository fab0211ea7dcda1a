#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/type.h"

namespace sluice::warehouse {

/// The values that a ClickHouse column of this type holds ("Nullable(DateTime64(6, 'UTC'))"); nullopt for one that we
/// do not load into. `nullable` says whether it takes NULL. LowCardinality is looked through.
struct ClickHouseType {
  std::optional<schema::Type> holds = {};
  bool nullable = false;
};
ClickHouseType ParseClickHouseType(std::string_view text);

/// The type of a column to make for a field; "" for what is not loaded.
std::string ClickHouseTypeFor(const schema::Field& field);

}  // namespace sluice::warehouse
