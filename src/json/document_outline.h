#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::json {

/// Where the records of a document are, and what lies around them.
struct DocumentOutline {
  std::size_t array_begin = 0;  ///< the '['
  std::size_t array_end = 0;    ///< one past the ']'
  /// An object of the other top-level members, as they stand in the document.
  std::string inherited;
};

/// Find the array at the dotted path `records` in the object `document`. Only brackets, keys and quotes are looked at.
///
/// NotFound when a step of the path is missing; InvalidInput when it is no object or array; Corruption with line and
/// byte for what is no JSON, a key twice in the document, and trailing data.
core::Result<DocumentOutline> OutlineDocument(std::string_view document, const std::string& source,
                                              const std::string& records);

}  // namespace sluice::json
