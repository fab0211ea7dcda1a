#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "delta/json_reader.h"
#include "delta/json_writer.h"

namespace sluice::delta {

/// One key of a JSON object that stands for an `Object`: how it is read and written. A table of these, in the order in
/// which keys are written, is the object's whole format.
template <typename Object>
struct ObjectField {
  std::string_view name;
  bool required = false;
  bool (*read)(JsonReader& in, Object& object) = nullptr;
  /// Whether the key is written at all; nullptr for one that is only read.
  bool (*present)(const Object& object) = nullptr;
  void (*write)(JsonWriter& out, const Object& object) = nullptr;
};

template <typename Object>
using ObjectFields = std::span<const ObjectField<Object>>;

template <typename T>
bool ReadValue(JsonReader& in, T& value) {
  if constexpr (requires { in.Read(value); }) {
    return in.Read(value);
  } else {
    return Read(in, value);
  }
}
template <typename T>
  requires(!requires(JsonReader& in, std::vector<T>& value) { in.Read(value); })
bool ReadValue(JsonReader& in, std::vector<T>& value) {
  value.clear();
  return in.ReadArray([&] { return ReadValue(in, value.emplace_back()); });
}
template <typename T>
bool ReadValue(JsonReader& in, std::optional<T>& value) {
  return ReadValue(in, value.emplace());
}
template <typename T>
void WriteValue(JsonWriter& out, const T& value) {
  if constexpr (requires { out.Write(value); }) {
    out.Write(value);
  } else {
    Write(out, value);
  }
}
template <typename T>
  requires(!requires(JsonWriter& out, const std::vector<T>& value) { out.Write(value); })
void WriteValue(JsonWriter& out, const std::vector<T>& value) {
  out.BeginArray();
  for (const T& element : value) WriteValue(out, element);
  out.EndArray();
}
template <typename T>
bool HasValue(const T&) {
  return true;
}
template <typename T>
bool HasValue(const std::optional<T>& value) {
  return value.has_value();
}
template <typename T>
void WriteValue(JsonWriter& out, const std::optional<T>& value) {
  WriteValue(out, *value);
}

enum class Need : std::uint8_t { kOptional, kRequired };

/// The field that holds one member as it is; an optional without a value is not written.
template <auto kMember, typename Object, typename T>
constexpr ObjectField<Object> MakeMember(std::string_view name, Need need, T Object::* /*member*/) {
  return {name, need == Need::kRequired, [](JsonReader& in, Object& object) { return ReadValue(in, object.*kMember); },
          [](const Object& object) { return HasValue(object.*kMember); },
          [](JsonWriter& out, const Object& object) { WriteValue(out, object.*kMember); }};
}
template <auto kMember>
constexpr auto Member(std::string_view name, Need need = Need::kOptional) {
  return MakeMember<kMember>(name, need, kMember);
}
/// Another name that some writers give to the same member.
template <auto kMember>
constexpr auto OldName(std::string_view name) {
  auto field = Member<kMember>(name);
  field.present = nullptr;
  return field;
}

/// Read the object here by its table: unknown keys are skipped, null means absent. Fails when a key is there twice or a
/// required one is absent. Members whose keys are absent keep their values.
template <typename Object>
bool ReadFields(JsonReader& in, std::type_identity_t<ObjectFields<Object>> fields, Object& object) {
  std::uint64_t seen = 0;
  std::size_t next = 0;  // writers keep to one order: the field after the last one is looked at first
  const bool good = in.ReadObject([&](std::string_view key) {
    std::size_t tried = 0;
    while (tried < fields.size() && fields[next].name != key) {
      next = next + 1 == fields.size() ? 0 : next + 1;
      ++tried;
    }
    if (tried == fields.size()) return in.Skip();
    const ObjectField<Object>& field = fields[next];
    const std::uint64_t bit = std::uint64_t{1} << next;
    next = next + 1 == fields.size() ? 0 : next + 1;
    if (in.TakeNull()) return true;
    if ((seen & bit) != 0) return in.Fail("the key is there twice") || in.FailIn(field.name);
    seen |= bit;
    return field.read(in, object) || in.FailIn(field.name);
  });
  if (!good) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].required || (seen >> i & 1) != 0) continue;
    return in.Fail("the required key '" + std::string(fields[i].name) + "' is absent");
  }
  return true;
}

template <typename Object>
void WriteFields(JsonWriter& out, std::type_identity_t<ObjectFields<Object>> fields, const Object& object) {
  out.BeginObject();
  for (const ObjectField<Object>& field : fields) {
    if (field.present == nullptr || !field.present(object)) continue;
    out.Key(field.name);
    field.write(out, object);
  }
  out.EndObject();
}

}  // namespace sluice::delta
