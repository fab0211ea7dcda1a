#include "delta/data_type.h"

#include <algorithm>

#include "delta/name_folding.h"

namespace sluice::delta {

const std::string* Field::FindMetadata(std::string_view key) const {
  const auto at = std::ranges::find(metadata, key, &FieldMetadata::key);
  return at == metadata.end() ? nullptr : &at->json;
}

const Field* TableSchema::Find(std::string_view name) const {
  const auto at = std::ranges::find_if(fields, [&](const Field& field) { return SameName(field.name, name); });
  return at == fields.end() ? nullptr : &*at;
}

}  // namespace sluice::delta
