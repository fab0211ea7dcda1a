#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::warehouse {

/// A table's name with its schema.
struct QualifiedName {
  std::string schema = {};
  std::string table = {};

  std::string text() const { return schema + "." + table; }
};

/// "t" or "s.t", parts with dots or quotes in double quotes (quotes doubled). InvalidInput for anything else.
core::Result<QualifiedName> ParseQualifiedName(std::string_view text, std::string_view default_schema);

}  // namespace sluice::warehouse
