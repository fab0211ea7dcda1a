#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/uuid.h"
#include "delta/action.h"
#include "delta/row_set.h"

namespace sluice::delta {

// The bytes of deletion vectors (PROTOCOL.md, "Deletion Vector Format"). Files:
//
//     version 1 (1 byte) | for each vector: size (4, big-endian), blob, CRC-32 of the blob (4, big-endian)
//
// and a blob is the magic 1681511377 (4, little-endian) and the 64-bit portable form of RowSet.

/// The largest blob: descriptors hold its size in 31 bits.
inline constexpr std::uint64_t kVectorBytesMax = 0x7FFFFFFF;

std::string EncodeVector(const RowSet& rows);
/// Corruption names `file` and the byte, where the blob begins at `offset`.
core::Result<RowSet> DecodeVector(std::string_view blob, const std::string& file, std::uint64_t offset = 0);

/// Where a vector of storage type 'u' or 'p' lies: 'u' is below `root`, 'p' is resolved as the path of an add is, so
/// that a place outside `root` needs `allow_outside`. Corruption when the text names no file; InvalidInput for 'i'.
core::Result<std::string> VectorPath(const DeletionVectorDescriptor& descriptor, const std::string& root,
                                     bool allow_outside);

/// The bytes of a file that hold one vector: size field, blob and checksum.
struct VectorFrame {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;

  bool operator==(const VectorFrame& other) const = default;
};
/// An offset of 0, or none, means the first vector. Corruption for a size or offset that no file has. The caller
/// compares it with the size of the file before it makes room for it.
core::Result<VectorFrame> FrameOf(const DeletionVectorDescriptor& descriptor);

/// The rows of an inline vector. Corruption as DecodeVector, or when size or cardinality are not the descriptor's.
core::Result<RowSet> DecodeInlineVector(const DeletionVectorDescriptor& descriptor);
/// The rows of a vector in a file: `version` is the file's first byte, `frame` the bytes of FrameOf; fewer when the
/// file ends before. Checks version, size, CRC, the blob and the cardinality; Corruption names `file` and byte.
core::Result<RowSet> DecodeStoredVector(char version, std::string_view frame,
                                        const DeletionVectorDescriptor& descriptor, const std::string& file);

/// The same vector inside a log line. InvalidInput above 2^31 bytes.
core::Result<DeletionVectorDescriptor> MakeInlineVector(const RowSet& rows);

/// Puts the vectors of one commit into one file.
///
/// Order: Add*, then `name()` and `bytes()`. Threads: one at a time. Limits: LimitExceeded when the file would pass
/// 2 GiB, which the offsets of descriptors cannot tell.
class VectorFileBuilder {
 public:
  /// `prefix` is a folder below the table's root, or nothing; its letters need no encoding in a URI.
  explicit VectorFileBuilder(const core::Uuid& uuid, std::string prefix = {});

  core::Result<DeletionVectorDescriptor> Add(const RowSet& rows);
  /// From the table's root: "[prefix/]deletion_vector_<uuid>.bin".
  std::string name() const;
  const std::string& bytes() const { return bytes_; }

 private:
  core::Uuid uuid_;
  std::string prefix_;
  std::string bytes_;
};

}  // namespace sluice::delta
