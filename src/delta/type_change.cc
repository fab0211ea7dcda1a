#include "delta/type_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "delta/json_reader.h"
#include "delta/type_name.h"

namespace sluice::delta {
namespace {

constexpr std::string_view kKey = "delta.typeChanges";

/// Digits before the point that the type's values can have; 0 for types that are not whole numbers.
int IntegerDigits(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kByte: return 3;
    case TypeKind::kShort: return 5;
    case TypeKind::kInteger: return 10;
    case TypeKind::kLong: return 19;
    default: return 0;
  }
}

struct TypeChange {
  std::optional<DataType> from = {};
  std::optional<DataType> to = {};
  std::string field_path = {};
};

bool ReadType(JsonReader& reader, std::optional<DataType>& type) {
  std::string name;
  if (!reader.Read(name)) return false;
  auto parsed = ParseTypeName(name);
  if (!parsed) return reader.Fail(parsed.error().message());
  type = *std::move(parsed);
  return true;
}

bool ReadChange(JsonReader& reader, TypeChange& change) {
  const bool good = reader.ReadObject([&](std::string_view key) {
    if (key == "fromType") return ReadType(reader, change.from);
    if (key == "toType") return ReadType(reader, change.to);
    return key == "fieldPath" ? reader.Read(change.field_path) : reader.Skip();
  });
  return good && ((change.from && change.to) || reader.Fail("a type change lacks fromType or toType"));
}

/// Whether "element", "key.value" and the like lead from the field to a part of its type.
bool LeadsSomewhere(const Field& field, std::string_view path) {
  if (path.empty()) return true;
  const std::string_view step = path.substr(0, path.find('.'));
  path.remove_prefix(std::min(step.size() + 1, path.size()));
  if (field.type.kind != TypeKind::kArray && field.type.kind != TypeKind::kMap) return false;
  for (const Field& part : field.type.fields) {
    if (part.name == step) return LeadsSomewhere(part, path);
  }
  return false;
}

core::Status CheckChangesOf(const Field& field, const std::string& path) {
  const std::string* json = field.FindMetadata(kKey);
  if (json == nullptr) return core::Ok();
  JsonReader reader;
  std::vector<TypeChange> changes;
  const bool good = reader.Load(*json) &&
                    reader.ReadArray([&] { return ReadChange(reader, changes.emplace_back()); }) &&
                    (reader.AtEnd() || reader.Fail("more text follows the value"));
  if (!good) {
    return core::Corruption(
        fmt::format("{} of column '{}', byte {}: {}", kKey, path, reader.position(), reader.flaw()));
  }
  for (const TypeChange& change : changes) {
    if (!LeadsSomewhere(field, change.field_path)) {
      return core::Corruption(
          fmt::format("{} of column '{}': fieldPath '{}' leads nowhere", kKey, path, change.field_path));
    }
    if (!CanWiden(*change.from, *change.to)) {
      return core::Unsupported(fmt::format("the type of column '{}' was changed from {} to {}, which cannot be read",
                                           path, TypeName(*change.from), TypeName(*change.to)));
    }
  }
  return core::Ok();
}

core::Status CheckFields(const std::vector<Field>& fields, const std::string& prefix) {
  for (const Field& field : fields) {
    const std::string path = prefix + field.name;
    SLUICE_TRY(CheckChangesOf(field, path));
    SLUICE_TRY(CheckFields(field.type.fields, path + "."));
  }
  return core::Ok();
}

}  // namespace

bool CanWiden(const DataType& from, const DataType& to) {
  if (from.nested() || to.nested() || from.kind == TypeKind::kUnknown) return false;
  if (from == to) return true;
  const int digits = IntegerDigits(from);
  switch (to.kind) {
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return digits > 0 && digits < IntegerDigits(to);
    case TypeKind::kDouble: return from.kind == TypeKind::kFloat || (digits > 0 && digits <= 10);
    case TypeKind::kTimestampNtz: return from.kind == TypeKind::kDate;
    case TypeKind::kDecimal:
      if (digits > 0) return to.precision - to.scale >= digits;
      return from.kind == TypeKind::kDecimal && to.scale >= from.scale &&
             to.precision - to.scale >= from.precision - from.scale;
    default: return false;
  }
}

core::Status CheckTypeChanges(const TableSchema& schema) { return CheckFields(schema.fields, ""); }

}  // namespace sluice::delta
