#include "delta/column_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/uuid.h"
#include "delta/json_reader.h"
#include "delta/json_writer.h"
#include "delta/table_feature.h"

namespace sluice::delta {
namespace {

constexpr std::string_view kIdKey = "delta.columnMapping.id";
constexpr std::string_view kPhysicalNameKey = "delta.columnMapping.physicalName";
constexpr std::string_view kNestedIdsKey = "delta.columnMapping.nested.ids";
constexpr std::int32_t kIdMax = std::numeric_limits<std::int32_t>::max();

/// The value of a field's metadata; `value` is left alone when the key is absent.
template <typename Value>
core::Status ReadMetadata(const Field& field, std::string_view key, const std::string& path, Value& value) {
  const std::string* json = field.FindMetadata(key);
  if (json == nullptr) return core::Ok();
  JsonReader reader;
  if (reader.Load(*json) && reader.Read(value) && reader.AtEnd()) return core::Ok();
  return core::Corruption(fmt::format("{} of column '{}' is {}: {}", key, path, *json, reader.flaw()));
}

core::Result<std::optional<std::int32_t>> IdOf(const Field& field, const std::string& path) {
  std::int32_t id = -1;
  SLUICE_TRY(ReadMetadata(field, kIdKey, path, id));
  if (id >= 0) return std::optional(id);
  if (field.FindMetadata(kIdKey) == nullptr) return std::optional<std::int32_t>();
  return core::Corruption(fmt::format("{} of column '{}' is {}, not an id", kIdKey, path, id));
}

core::Result<std::string> PhysicalNameOf(const Field& field, const std::string& path) {
  std::string name;
  SLUICE_TRY(ReadMetadata(field, kPhysicalNameKey, path, name));
  return name;
}

/// Ids of elements, keys and values by their path from the field on: "name.element", "name.value.key".
using NestedIds = std::vector<std::pair<std::string, std::int32_t>>;

core::Result<NestedIds> NestedIdsOf(const Field& field, const std::string& path) {
  NestedIds ids;
  const std::string* json = field.FindMetadata(kNestedIdsKey);
  if (json == nullptr) return ids;
  JsonReader reader;
  const bool good = reader.Load(*json) && reader.ReadObject([&](std::string_view key) {
    auto& entry = ids.emplace_back(key, 0);
    return reader.Read(entry.second) && (entry.second >= 0 || reader.Fail("a negative id"));
  });
  if (good && reader.AtEnd()) return ids;
  return core::Corruption(
      fmt::format("{} of column '{}', byte {}: {}", kNestedIdsKey, path, reader.position(), reader.flaw()));
}

void ForgetMapping(std::vector<Field>& fields) {
  for (Field& field : fields) {
    field.physical_name = field.name;
    field.id.reset();
    ForgetMapping(field.type.fields);
  }
}

class Resolver {
 public:
  core::Status Members(std::vector<Field>& fields, const std::string& prefix) {
    std::unordered_set<std::string_view> names;
    for (Field& field : fields) {
      const std::string path = prefix + field.name;
      SLUICE_ASSIGN_OR_RETURN(field.id, IdOf(field, path));
      SLUICE_ASSIGN_OR_RETURN(field.physical_name, PhysicalNameOf(field, path));
      if (!field.id || field.physical_name.empty()) {
        return core::Corruption(fmt::format("column '{}' has no {}, although the table maps its columns", path,
                                            field.id ? kPhysicalNameKey : kIdKey));
      }
      SLUICE_TRY(ClaimId(*field.id, path));
      if (!names.insert(field.physical_name).second) {
        return core::Corruption(
            fmt::format("column '{}' has the physical name '{}' of another column", path, field.physical_name));
      }
      SLUICE_ASSIGN_OR_RETURN(const NestedIds nested, NestedIdsOf(field, path));
      SLUICE_TRY(Below(field, path, {field.name, field.physical_name}, nested));
    }
    return core::Ok();
  }

 private:
  /// Where the nearest member of a struct is, by its two names, and how the way down is written in nested ids.
  struct Spelling {
    std::string logical;
    std::string physical;
  };

  core::Status Below(Field& field, const std::string& path, const Spelling& spelling, const NestedIds& nested) {
    if (field.type.kind == TypeKind::kStruct) return Members(field.type.fields, path + ".");
    for (Field& part : field.type.fields) {
      part.physical_name = part.name;
      part.id.reset();
      const Spelling inner{spelling.logical + "." + part.name, spelling.physical + "." + part.name};
      for (const auto& [key, id] : nested) {
        if (key == inner.physical || key == inner.logical) part.id = id;
      }
      if (part.id) SLUICE_TRY(ClaimId(*part.id, path + "." + part.name));
      SLUICE_TRY(Below(part, path + "." + part.name, inner, nested));
    }
    return core::Ok();
  }

  core::Status ClaimId(std::int32_t id, const std::string& path) {
    if (ids_.insert(id).second) return core::Ok();
    return core::Corruption(fmt::format("column '{}' has the mapping id {} of another column", path, id));
  }

  std::unordered_set<std::int32_t> ids_;
};

core::Status RaiseToIds(const std::vector<Field>& fields, const std::string& prefix, std::int32_t& max) {
  for (const Field& field : fields) {
    const std::string path = prefix + field.name;
    SLUICE_ASSIGN_OR_RETURN(const auto id, IdOf(field, path));
    if (id) max = std::max(max, *id);
    SLUICE_ASSIGN_OR_RETURN(const NestedIds nested, NestedIdsOf(field, path));
    for (const auto& entry : nested) max = std::max(max, entry.second);
    SLUICE_TRY(RaiseToIds(field.type.fields, path + ".", max));
  }
  return core::Ok();
}

core::Status AssignOne(Field& field, const std::string& path, std::int32_t& max, core::Random& random) {
  SLUICE_ASSIGN_OR_RETURN(field.id, IdOf(field, path));
  if (!field.id) {
    if (max == kIdMax) return core::LimitExceeded(fmt::format("no id of column mapping is left for column '{}'", path));
    field.id = ++max;
    field.metadata.push_back({std::string(kIdKey), fmt::format("{}", max)});
  }
  SLUICE_ASSIGN_OR_RETURN(field.physical_name, PhysicalNameOf(field, path));
  if (field.physical_name.empty()) {
    field.physical_name = "col-" + core::FormatUuid(core::NewUuid(random));
    std::string json;
    JsonWriter(json).Write(field.physical_name);
    field.metadata.push_back({std::string(kPhysicalNameKey), std::move(json)});
  }
  return core::Ok();
}

core::Status Assign(DataType& type, const std::string& prefix, std::int32_t& max, core::Random& random) {
  for (Field& field : type.fields) {
    const std::string path = prefix + field.name;
    if (type.kind == TypeKind::kStruct) {
      SLUICE_TRY(AssignOne(field, path, max, random));
    } else {
      field.physical_name = field.name;
    }
    SLUICE_TRY(Assign(field.type, path + ".", max, random));
  }
  return core::Ok();
}

}  // namespace

core::Result<ColumnMappingMode> ReadColumnMappingMode(const Protocol& protocol, const StringMap& configuration) {
  if (!SupportsForReaders(protocol, "columnMapping")) return ColumnMappingMode::kNone;
  const auto at = configuration.find("delta.columnMapping.mode");
  if (at == configuration.end() || at->second == "none") return ColumnMappingMode::kNone;
  if (at->second == "name") return ColumnMappingMode::kName;
  if (at->second == "id") return ColumnMappingMode::kId;
  return core::Unsupported(fmt::format("delta.columnMapping.mode is '{}', not none, name or id", at->second));
}

core::Status ResolveColumnMapping(TableSchema& schema, const Protocol& protocol, const StringMap& configuration) {
  SLUICE_ASSIGN_OR_RETURN(const ColumnMappingMode mode, ReadColumnMappingMode(protocol, configuration));
  if (mode != ColumnMappingMode::kNone) return Resolver().Members(schema.fields, "");
  ForgetMapping(schema.fields);
  return core::Ok();
}

core::Result<std::int32_t> AssignColumnMapping(TableSchema& schema, std::int32_t max_column_id, core::Random& random) {
  std::int32_t max = std::max(max_column_id, 0);
  SLUICE_TRY(RaiseToIds(schema.fields, "", max));
  DataType root{.kind = TypeKind::kStruct, .fields = std::move(schema.fields)};
  const core::Status assigned = Assign(root, "", max, random);
  schema.fields = std::move(root.fields);
  SLUICE_TRY(assigned);
  return max;
}

}  // namespace sluice::delta
