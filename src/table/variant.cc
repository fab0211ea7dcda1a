#include "table/variant.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::table {
namespace {

core::Error Cut(std::string_view what) { return core::Corruption(fmt::format("a variant ends within its {}", what)); }

/// Takes bytes from the front of what is left.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes), all_(bytes.size()) {}

  core::Result<std::string_view> Take(std::size_t count, std::string_view what) {
    if (left_.size() < count) return Cut(what);
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  /// An unsigned number of 1 to 4 bytes.
  core::Result<std::uint32_t> Number(std::size_t size, std::string_view what) {
    SLUICE_ASSIGN_OR_RETURN(const std::string_view bytes, Take(size, what));
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }
  core::Result<std::vector<std::uint32_t>> Numbers(std::size_t count, std::size_t size, std::string_view what) {
    if (left_.size() / size < count) return Cut(what);  // before there is room for them
    std::vector<std::uint32_t> numbers(count);
    for (std::uint32_t& number : numbers) {
      SLUICE_ASSIGN_OR_RETURN(number, Number(size, what));
    }
    return numbers;
  }
  std::string_view left() const { return left_; }
  std::size_t taken() const { return all_ - left_.size(); }

 private:
  std::string_view left_;
  std::size_t all_;
};

/// Bytes of the data behind a primitive's first byte; nullopt when a length stands before them.
core::Result<std::optional<std::size_t>> PrimitiveBytes(VariantPrimitive type) {
  using Size = std::optional<std::size_t>;
  switch (type) {
    case VariantPrimitive::kNull:
    case VariantPrimitive::kTrue:
    case VariantPrimitive::kFalse: return Size(0);
    case VariantPrimitive::kInt8: return Size(1);
    case VariantPrimitive::kInt16: return Size(2);
    case VariantPrimitive::kInt32:
    case VariantPrimitive::kDate:
    case VariantPrimitive::kFloat: return Size(4);
    case VariantPrimitive::kInt64:
    case VariantPrimitive::kDouble:
    case VariantPrimitive::kTimestamp:
    case VariantPrimitive::kTimestampNtz:
    case VariantPrimitive::kTime:
    case VariantPrimitive::kTimestampNanos:
    case VariantPrimitive::kTimestampNtzNanos: return Size(8);
    case VariantPrimitive::kDecimal4: return Size(5);
    case VariantPrimitive::kDecimal8: return Size(9);
    case VariantPrimitive::kDecimal16: return Size(17);
    case VariantPrimitive::kUuid: return Size(16);
    case VariantPrimitive::kBinary:
    case VariantPrimitive::kString: return Size();
  }
  return core::Unsupported(fmt::format("a variant has a value of type {}", static_cast<int>(type)));
}

core::Result<VariantNode> ReadPrimitive(unsigned header, Bytes bytes) {
  VariantNode node{.primitive = static_cast<VariantPrimitive>(header)};
  SLUICE_ASSIGN_OR_RETURN(auto size, PrimitiveBytes(node.primitive));
  if (!size) {
    SLUICE_ASSIGN_OR_RETURN(size, bytes.Number(4, "length"));
  }
  SLUICE_ASSIGN_OR_RETURN(node.data, bytes.Take(*size, "data"));
  node.size = bytes.taken();
  return node;
}

core::Result<VariantNode> ReadMembers(unsigned header, bool object, Bytes bytes) {
  const std::size_t offset_size = (header & 3) + 1;
  const std::size_t id_size = (header >> 2 & 3) + 1;
  const bool large = (header >> (object ? 4 : 2) & 1) != 0;
  SLUICE_ASSIGN_OR_RETURN(const std::uint32_t count, bytes.Number(large ? 4 : 1, "count"));
  std::vector<std::uint32_t> ids;
  if (object) {
    SLUICE_ASSIGN_OR_RETURN(ids, bytes.Numbers(count, id_size, "field ids"));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto offsets, bytes.Numbers(std::size_t{count} + 1, offset_size, "offsets"));
  SLUICE_ASSIGN_OR_RETURN(const std::string_view values, bytes.Take(offsets.back(), "values"));
  VariantNode node{.shape = object ? VariantNode::Shape::kObject : VariantNode::Shape::kArray};
  node.size = bytes.taken();
  node.members.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (offsets[i] >= values.size()) return core::Corruption("a variant has a member behind its end");
    node.members[i] = {.id = object ? ids[i] : 0, .value = values.substr(offsets[i])};
  }
  return node;
}

}  // namespace

core::Result<VariantNames> VariantNames::Parse(std::string_view metadata) {
  Bytes bytes(metadata);
  SLUICE_ASSIGN_OR_RETURN(const std::uint32_t header, bytes.Number(1, "metadata"));
  if ((header & 0xF) != 1) return core::Unsupported(fmt::format("a variant has version {}", header & 0xF));
  const std::size_t size = (header >> 6) + 1;
  SLUICE_ASSIGN_OR_RETURN(const std::uint32_t count, bytes.Number(size, "metadata"));
  SLUICE_ASSIGN_OR_RETURN(const auto offsets, bytes.Numbers(std::size_t{count} + 1, size, "metadata"));
  const std::string_view text = bytes.left();
  VariantNames names;
  names.names_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (offsets[i] > offsets[i + 1] || offsets[i + 1] > text.size()) {
      return core::Corruption("a variant's names are not where its metadata says");
    }
    names.names_[i] = text.substr(offsets[i], offsets[i + 1] - offsets[i]);
  }
  return names;
}

core::Result<std::string_view> VariantNames::name(std::uint32_t id) const {
  if (id < names_.size()) return names_[id];
  return core::Corruption(fmt::format("a variant uses name {} of {}", id, names_.size()));
}

std::optional<std::uint32_t> VariantNames::Find(std::string_view name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  return it == names_.end() ? std::nullopt : std::optional(static_cast<std::uint32_t>(it - names_.begin()));
}

core::Result<VariantNode> ReadVariant(std::string_view bytes) {
  Bytes rest(bytes);
  SLUICE_ASSIGN_OR_RETURN(const std::uint32_t first, rest.Number(1, "type"));
  const unsigned header = first >> 2;
  switch (first & 3) {
    case 0: return ReadPrimitive(header, rest);
    case 1: {
      VariantNode node{.primitive = VariantPrimitive::kString};
      SLUICE_ASSIGN_OR_RETURN(node.data, rest.Take(header, "text"));
      node.size = rest.taken();
      return node;
    }
    default: return ReadMembers(header, (first & 3) == 2, rest);
  }
}

}  // namespace sluice::table
