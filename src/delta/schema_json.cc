#include "delta/schema_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <unordered_set>
#include <utility>

#include "delta/json_reader.h"
#include "delta/json_writer.h"
#include "delta/name_folding.h"
#include "delta/type_name.h"

namespace sluice::delta {
namespace {

constexpr std::string_view kLengthRuleKey = "__CHAR_VARCHAR_TYPE_STRING";

/// What an object of the grammar says; which members must be there depends on `type`.
struct TypeObject {
  std::string type = {};
  std::optional<std::vector<Field>> fields = {};
  std::optional<DataType> element = {};
  std::optional<DataType> key = {};
  std::optional<DataType> value = {};
  std::string element_lengths = {};  ///< of the parts, as ReadType gives them
  std::string key_lengths = {};
  std::string value_lengths = {};
  std::optional<bool> contains_null = {};
  std::optional<bool> value_contains_null = {};
};

struct FieldObject {
  std::optional<std::string> name = {};
  std::optional<DataType> type = {};
  std::optional<bool> nullable = {};
  std::vector<FieldMetadata> metadata = {};
  std::string lengths = {};  ///< of the type, as ReadType gives them
};

Field Part(std::string name, DataType type, bool nullable) {
  Field part{.name = name, .type = std::move(type), .nullable = nullable};
  part.physical_name = std::move(name);
  return part;
}

std::string JsonText(std::string_view text) {
  std::string json;
  JsonWriter(json).Write(text);
  return json;
}

/// A method that returns false has left the reason in the reader, or in limit_.
class SchemaParser {
 public:
  explicit SchemaParser(std::string_view json) : text_(json) {}

  core::Result<TableSchema> Parse() {
    DataType root;
    std::string lengths;
    const bool good = reader_.Load(text_) && ReadType(0, root, lengths) &&
                      (reader_.AtEnd() || reader_.Fail("more text follows the schema")) &&
                      (root.kind == TypeKind::kStruct || reader_.Fail("the schema is not a struct"));
    if (good) return TableSchema{std::move(root.fields)};
    if (!limit_.empty()) return core::LimitExceeded(fmt::format("schema JSON, byte {}: {}", Position(), limit_));
    return core::Corruption(fmt::format("schema JSON, byte {}: {}", Position(), reader_.flaw()));
  }

 private:
  std::size_t Position() const { return reader_.position(); }

  bool FailLimit(std::string limit) {
    limit_ = std::move(limit);
    return false;
  }

  /// As JsonReader's, but a key may be there only once.
  template <typename Visit>
  bool ReadObject(Visit visit) {
    std::unordered_set<std::string> seen;
    return reader_.ReadObject([&](std::string_view view) {
      std::string key(view);
      if (!seen.insert(key).second) return reader_.Fail(fmt::format("the key '{}' is there twice", key));
      return visit(std::move(key));
    });
  }

  /// `lengths` is the type in SQL when it is varchar(n) or char(n) or such a one is in it outside of a struct, as
  /// "array<varchar(5)>"; "" for every other type. Writers before the metadata key spelled lengths so.
  bool ReadType(int depth, DataType& type, std::string& lengths) {
    if (depth > kSchemaDepthMax) return FailLimit(fmt::format("types nest deeper than {}", kSchemaDepthMax));
    if (reader_.Peek() == '{') return ReadTypeObject(depth, type, lengths);
    std::string name;
    if (!reader_.Read(name)) return false;
    if (name.empty() || name.front() == '{') return reader_.Fail("the name of a type is expected");
    auto named = ParseTypeName(name);
    if (!named) return reader_.Fail(named.error().message());
    type = *std::move(named);
    if (IsLengthLimitedName(name)) lengths = std::move(name);
    return true;
  }

  /// The lengths of a list or map of these parts.
  static std::string LengthsOf(const DataType& type, std::initializer_list<std::string_view> parts) {
    if (std::ranges::all_of(parts, &std::string_view::empty)) return {};
    std::string text = type.kind == TypeKind::kArray ? "array<" : "map<";
    std::size_t place = 0;
    for (const std::string_view part : parts) {
      if (place > 0) text += ",";
      text += part.empty() ? TypeName(type.fields[place].type) : std::string(part);
      ++place;
    }
    return text + ">";
  }

  bool ReadTypeObject(int depth, DataType& type, std::string& lengths) {
    const std::size_t begin = Position();
    TypeObject object;
    if (!ReadObject([&](const std::string& key) { return ReadTypeMember(key, depth, object); })) return false;
    type = {};
    if (object.type == "struct" && object.fields) {
      type.kind = TypeKind::kStruct;
      type.fields = std::move(*object.fields);
    } else if (object.type == "array" && object.element && object.contains_null) {
      type.kind = TypeKind::kArray;
      type.fields.push_back(Part("element", std::move(*object.element), *object.contains_null));
      lengths = LengthsOf(type, {object.element_lengths});
    } else if (object.type == "map" && object.key && object.value && object.value_contains_null) {
      type.kind = TypeKind::kMap;
      type.fields.push_back(Part("key", std::move(*object.key), false));
      type.fields.push_back(Part("value", std::move(*object.value), *object.value_contains_null));
      lengths = LengthsOf(type, {object.key_lengths, object.value_lengths});
    } else if (object.type.empty() || object.type == "struct" || object.type == "array" || object.type == "map") {
      return reader_.Fail(fmt::format("the type that begins at byte {} lacks a member", begin));
    } else {
      // Kept as it stands, without the white space before the next token.
      const std::string_view raw = text_.substr(begin, Position() - begin);
      type.kind = TypeKind::kUnknown;
      type.unknown_name = raw.substr(0, raw.find_last_of('}') + 1);
    }
    return true;
  }

  bool ReadTypeMember(const std::string& key, int depth, TypeObject& object) {
    if (key == "type") return reader_.Read(object.type);
    if (key == "fields") return ReadFields(depth, object.fields.emplace());
    if (key == "elementType") return ReadType(depth + 1, object.element.emplace(), object.element_lengths);
    if (key == "keyType") return ReadType(depth + 1, object.key.emplace(), object.key_lengths);
    if (key == "valueType") return ReadType(depth + 1, object.value.emplace(), object.value_lengths);
    if (key == "containsNull") return reader_.Read(object.contains_null.emplace());
    if (key == "valueContainsNull") return reader_.Read(object.value_contains_null.emplace());
    return reader_.Skip();
  }

  bool ReadFields(int depth, std::vector<Field>& fields) {
    std::unordered_set<std::string> names;
    return reader_.ReadArray([&] {
      if (++fields_read_ > kSchemaFieldsMax) return FailLimit(fmt::format("more than {} columns", kSchemaFieldsMax));
      Field& field = fields.emplace_back();
      if (!ReadField(depth, field)) return false;
      return names.insert(FoldName(field.name)).second ||
             reader_.Fail(fmt::format("column '{}' is there twice; names are compared without case", field.name));
    });
  }

  bool ReadField(int depth, Field& field) {
    FieldObject object;
    if (!ReadObject([&](const std::string& key) { return ReadFieldMember(key, depth, object); })) return false;
    if (!object.name || !object.type || !object.nullable) {
      return reader_.Fail("a column lacks its name, type or nullable");
    }
    field.name = *std::move(object.name);
    field.physical_name = field.name;
    field.type = *std::move(object.type);
    field.nullable = *object.nullable;
    field.metadata = std::move(object.metadata);
    if (!object.lengths.empty() && field.FindMetadata(kLengthRuleKey) == nullptr) {
      field.metadata.push_back({std::string(kLengthRuleKey), JsonText(object.lengths)});
    }
    return true;
  }

  bool ReadFieldMember(const std::string& key, int depth, FieldObject& object) {
    if (key == "name") return reader_.Read(object.name.emplace());
    if (key == "type") return ReadType(depth + 1, object.type.emplace(), object.lengths);
    if (key == "nullable") return reader_.Read(object.nullable.emplace());
    if (key == "metadata") return reader_.TakeNull() || ReadMetadata(object.metadata);
    return reader_.Skip();
  }

  bool ReadMetadata(std::vector<FieldMetadata>& metadata) {
    return ReadObject([&](std::string key) {
      std::string_view json;
      if (!reader_.ReadRaw(json)) return false;
      metadata.push_back({std::move(key), std::string(json)});
      return true;
    });
  }

  std::string_view text_;
  JsonReader reader_;
  std::string limit_;
  int fields_read_ = 0;
};

void AppendStruct(const std::vector<Field>& fields, JsonWriter& writer);

void AppendType(const DataType& type, JsonWriter& writer) {
  switch (type.kind) {
    case TypeKind::kStruct: AppendStruct(type.fields, writer); return;
    case TypeKind::kArray:
      writer.BeginObject();
      writer.Key("type");
      writer.Write("array");
      writer.Key("elementType");
      AppendType(type.fields[0].type, writer);
      writer.Key("containsNull");
      writer.Write(type.fields[0].nullable);
      writer.EndObject();
      return;
    case TypeKind::kMap:
      writer.BeginObject();
      writer.Key("type");
      writer.Write("map");
      writer.Key("keyType");
      AppendType(type.fields[0].type, writer);
      writer.Key("valueType");
      AppendType(type.fields[1].type, writer);
      writer.Key("valueContainsNull");
      writer.Write(type.fields[1].nullable);
      writer.EndObject();
      return;
    default: break;
  }
  // An object of a kind that is not known was kept as it stood.
  const std::string name = TypeName(type);
  if (type.kind == TypeKind::kUnknown && name.starts_with('{')) {
    writer.WriteRaw(name);
  } else {
    writer.Write(name);
  }
}

void AppendField(const Field& field, JsonWriter& writer) {
  writer.BeginObject();
  writer.Key("name");
  writer.Write(field.name);
  writer.Key("type");
  AppendType(field.type, writer);
  writer.Key("nullable");
  writer.Write(field.nullable);
  writer.Key("metadata");
  writer.BeginObject();
  for (const FieldMetadata& entry : field.metadata) {
    writer.Key(entry.key);
    writer.WriteRaw(entry.json);
  }
  writer.EndObject();
  writer.EndObject();
}

void AppendStruct(const std::vector<Field>& fields, JsonWriter& writer) {
  writer.BeginObject();
  writer.Key("type");
  writer.Write("struct");
  writer.Key("fields");
  writer.BeginArray();
  for (const Field& field : fields) AppendField(field, writer);
  writer.EndArray();
  writer.EndObject();
}

}  // namespace

core::Result<TableSchema> ParseSchema(std::string_view json) { return SchemaParser(json).Parse(); }

std::string FormatSchema(const TableSchema& schema) {
  std::string out;
  JsonWriter writer(out);
  AppendStruct(schema.fields, writer);
  return out;
}

}  // namespace sluice::delta
