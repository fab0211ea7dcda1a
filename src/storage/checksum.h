#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::storage {

/// XXH3-128 (xxhash.com, Collet) of bytes as they come: finds accidents, not forgeries. Threads: one at a time.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;

  void Append(std::string_view bytes);
  /// 32 hexadecimal digits over everything appended so far.
  std::string Hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string ChecksumOfBytes(std::string_view bytes);
core::Result<std::string> ChecksumOfFile(FileSystem& files, const std::string& path);

}  // namespace sluice::storage
