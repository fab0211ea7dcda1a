#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::recorder {

/// SHA-256 (FIPS 180-4) of bytes as they come. Threads: one at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void Append(std::string_view bytes);
  /// 64 hexadecimal digits; once, at the end.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

core::Result<std::string> Sha256OfFile(storage::FileSystem& files, const std::string& path);

}  // namespace sluice::recorder
