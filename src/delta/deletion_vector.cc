#include "delta/deletion_vector.h"

#include <isa-l/crc.h>

#include <utility>

#include "delta/byte_order.h"
#include "delta/path.h"
#include "delta/z85.h"

namespace sluice::delta {

namespace {

constexpr std::uint32_t kMagic = 1681511377;
constexpr std::uint32_t kNativeMagic = 1681511376;  // a form of early writers that nobody reads
constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kSizeBytes = 4;
constexpr std::size_t kChecksumBytes = 4;
constexpr char kFileVersion = 1;
constexpr std::int32_t kFirstOffset = 1;  // behind the version
constexpr std::size_t kUuidLetters = 20;

/// CRC-32 as zlib has it.
std::uint32_t Crc32(std::string_view bytes) {
  return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

core::Error ErrorAt(const std::string& file, std::uint64_t byte, const std::string& what) {
  return core::Corruption(file + ": deletion vector, byte " + std::to_string(byte) + ": " + what);
}

core::Status CheckCardinality(const RowSet& rows, const DeletionVectorDescriptor& descriptor, const std::string& file,
                              std::uint64_t offset) {
  const std::uint64_t found = rows.cardinality();
  if (descriptor.cardinality >= 0 && found == static_cast<std::uint64_t>(descriptor.cardinality)) return core::Ok();
  return ErrorAt(file, offset,
                 "it holds " + std::to_string(found) + " rows, the log says " + std::to_string(descriptor.cardinality));
}

/// The path of a 'u' vector below the table.
core::Result<std::string> RelativePath(std::string_view text) {
  if (text.size() < kUuidLetters) {
    return core::Corruption("deletion vector '" + std::string(text) + "': fewer than 20 characters name no file");
  }
  const std::string prefix(text.substr(0, text.size() - kUuidLetters));
  auto bytes = DecodeZ85(text.substr(text.size() - kUuidLetters));
  core::Uuid uuid;
  if (!bytes) return std::move(bytes).error().WithPrefix("deletion vector '" + std::string(text) + "': ");
  if (bytes->size() != uuid.size()) {
    return core::Corruption("deletion vector '" + std::string(text) + "': a UUID has 16 bytes");
  }
  for (std::size_t i = 0; i < uuid.size(); ++i) uuid[i] = static_cast<std::uint8_t>((*bytes)[i]);
  return (prefix.empty() ? "" : prefix + "/") + "deletion_vector_" + core::FormatUuid(uuid) + ".bin";
}

}  // namespace

std::string EncodeVector(const RowSet& rows) {
  std::string blob;
  AppendLittle(blob, kMagic);
  return blob + rows.Serialize();
}

core::Result<RowSet> DecodeVector(std::string_view blob, const std::string& file, std::uint64_t offset) {
  if (blob.size() < kMagicBytes) return ErrorAt(file, offset, "it ends before its magic number");
  const auto magic = LoadLittle<std::uint32_t>(blob);
  if (magic == kNativeMagic) return ErrorAt(file, offset, "it is in the native form, which is not portable");
  if (magic != kMagic) return ErrorAt(file, offset, "the magic number is " + std::to_string(magic));
  auto rows = RowSet::Parse(blob.substr(kMagicBytes), offset + kMagicBytes);
  if (!rows) return std::move(rows).error().WithPrefix(file + ": deletion vector, ");
  return rows;
}

core::Result<std::string> VectorPath(const DeletionVectorDescriptor& descriptor, const std::string& root,
                                     bool allow_outside) {
  if (descriptor.storage_type == 'p') return ResolveFilePath(descriptor.path_or_inline, root, allow_outside);
  if (descriptor.storage_type == 'u') {
    SLUICE_ASSIGN_OR_RETURN(const std::string path, RelativePath(descriptor.path_or_inline));
    return ResolveFilePath(EncodePath(path), root, /*allow_outside=*/false);
  }
  if (descriptor.storage_type == 'i') return core::InvalidInput("an inline deletion vector lies in no file");
  return core::Corruption(std::string("a deletion vector of the storage type '") + descriptor.storage_type + "'");
}

core::Result<VectorFrame> FrameOf(const DeletionVectorDescriptor& descriptor) {
  const std::int32_t offset = descriptor.offset.value_or(0);
  if (offset < 0) return core::Corruption("a deletion vector at the offset " + std::to_string(offset));
  if (descriptor.size_bytes < static_cast<std::int32_t>(kMagicBytes)) {
    return core::Corruption("a deletion vector of " + std::to_string(descriptor.size_bytes) + " bytes");
  }
  const auto size = static_cast<std::uint64_t>(descriptor.size_bytes);
  return VectorFrame{static_cast<std::uint64_t>(offset == 0 ? kFirstOffset : offset),
                     kSizeBytes + size + kChecksumBytes};
}

core::Result<RowSet> DecodeInlineVector(const DeletionVectorDescriptor& descriptor) {
  const std::string file = "inline '" + descriptor.path_or_inline.substr(0, 40) + "'";
  if (descriptor.storage_type != 'i') return core::InvalidInput(file + ": the deletion vector lies in a file");
  auto bytes = DecodeZ85(descriptor.path_or_inline);
  if (!bytes) return std::move(bytes).error().WithPrefix(file + ": deletion vector: ");
  // Up to three bytes pad the last group of Z85.
  const auto size = static_cast<std::size_t>(std::max(descriptor.size_bytes, 0));
  if (size > bytes->size() || bytes->size() - size > 3) {
    return ErrorAt(
        file, bytes->size(),
        "it has " + std::to_string(bytes->size()) + " bytes, the log says " + std::to_string(descriptor.size_bytes));
  }
  bytes->resize(size);
  SLUICE_ASSIGN_OR_RETURN(RowSet rows, DecodeVector(*bytes, file));
  SLUICE_TRY(CheckCardinality(rows, descriptor, file, 0));
  return rows;
}

core::Result<RowSet> DecodeStoredVector(char version, std::string_view frame,
                                        const DeletionVectorDescriptor& descriptor, const std::string& file) {
  SLUICE_ASSIGN_OR_RETURN(const VectorFrame expected, FrameOf(descriptor));
  if (version != kFileVersion) {
    return ErrorAt(file, 0, "format version " + std::to_string(static_cast<unsigned char>(version)) + ", not 1");
  }
  if (frame.size() != expected.size_bytes) {
    return ErrorAt(file, expected.offset + frame.size(),
                   "the file ends where " + std::to_string(expected.size_bytes) + " bytes are expected from " +
                       std::to_string(expected.offset));
  }
  const auto size = static_cast<std::uint32_t>(descriptor.size_bytes);
  if (const std::uint32_t found = LoadBig32(frame); found != size) {
    return ErrorAt(file, expected.offset,
                   "the size is " + std::to_string(found) + ", the log says " + std::to_string(size));
  }
  const std::string_view blob = frame.substr(kSizeBytes, size);
  if (Crc32(blob) != LoadBig32(frame.substr(kSizeBytes + size))) {
    return ErrorAt(file, expected.offset + kSizeBytes + size, "the checksum is wrong");
  }
  SLUICE_ASSIGN_OR_RETURN(RowSet rows, DecodeVector(blob, file, expected.offset + kSizeBytes));
  SLUICE_TRY(CheckCardinality(rows, descriptor, file, expected.offset));
  return rows;
}

core::Result<DeletionVectorDescriptor> MakeInlineVector(const RowSet& rows) {
  const std::string blob = EncodeVector(rows);
  if (blob.size() > kVectorBytesMax) return core::InvalidInput("a deletion vector above 2 GiB");
  return DeletionVectorDescriptor{.storage_type = 'i',
                                  .path_or_inline = EncodeZ85(blob),
                                  .offset = std::nullopt,
                                  .size_bytes = static_cast<std::int32_t>(blob.size()),
                                  .cardinality = static_cast<std::int64_t>(rows.cardinality())};
}

VectorFileBuilder::VectorFileBuilder(const core::Uuid& uuid, std::string prefix)
    : uuid_(uuid), prefix_(std::move(prefix)), bytes_(1, kFileVersion) {}

core::Result<DeletionVectorDescriptor> VectorFileBuilder::Add(const RowSet& rows) {
  const std::string blob = EncodeVector(rows);
  const std::size_t offset = bytes_.size();
  if (offset + blob.size() > kVectorBytesMax) {
    return core::LimitExceeded("the deletion vectors of one commit take more than 2 GiB");
  }
  AppendBig32(bytes_, static_cast<std::uint32_t>(blob.size()));
  bytes_ += blob;
  AppendBig32(bytes_, Crc32(blob));
  return DeletionVectorDescriptor{
      .storage_type = 'u',
      .path_or_inline = prefix_ + EncodeZ85({reinterpret_cast<const char*>(uuid_.data()), uuid_.size()}),
      .offset = static_cast<std::int32_t>(offset),
      .size_bytes = static_cast<std::int32_t>(blob.size()),
      .cardinality = static_cast<std::int64_t>(rows.cardinality())};
}

std::string VectorFileBuilder::name() const {
  return (prefix_.empty() ? "" : prefix_ + "/") + "deletion_vector_" + core::FormatUuid(uuid_) + ".bin";
}

}  // namespace sluice::delta
