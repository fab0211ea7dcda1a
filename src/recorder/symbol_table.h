#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.h"
#include "storage/descriptor.h"

namespace sluice::recorder {

/// Texts by number, from 1. In a file they outlive the process: each is written, number and length first, before its
/// number is known to anybody. Threads: any.
class SymbolTable {
 public:
  /// `path` "": in memory only.
  static core::Result<std::unique_ptr<SymbolTable>> Create(const std::string& path);
  /// Those of a process that died; a text that was not written whole has no number.
  static core::Result<std::unique_ptr<SymbolTable>> Read(const std::string& path);

  /// The number of a text, a new one when it has none. LimitExceeded above a million; Io when it cannot be kept.
  core::Result<std::uint32_t> Number(std::string_view text);
  /// The text stays where it is. "" for 0, and for a number that no text has: a row must not be lost for it.
  std::string_view Text(std::uint32_t number) const;

 private:
  mutable std::mutex mutex_;
  storage::Descriptor file_;
  std::uint64_t bytes_ = 0;  // of whole frames in it
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace sluice::recorder
