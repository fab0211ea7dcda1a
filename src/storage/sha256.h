#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::storage {

/// SHA-256 (FIPS 180-4) of bytes as they come: what manifests and ledgers know a file by. Threads: one at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Append(std::string_view bytes);
  /// The digest of everything appended. Nothing may follow.
  std::array<std::uint8_t, 32> Finish();
  /// The same as 64 hexadecimal digits.
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

core::Result<std::string> Sha256OfFile(FileSystem& files, const std::string& path);

}  // namespace sluice::storage
