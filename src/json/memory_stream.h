#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/byte_stream.h"

namespace sluice::json {

/// Text in memory, and then what is left of another stream. Threads: one at a time.
class MemoryStream final : public storage::ByteStream {
 public:
  /// `owner` keeps `text` alive.
  MemoryStream(std::string_view text, std::shared_ptr<const void> owner) : text_(text), owner_(std::move(owner)) {}
  MemoryStream(std::string text, std::unique_ptr<storage::ByteStream> rest);

  core::Result<std::size_t> Read(std::span<char> out) override;
  std::uint64_t stored_bytes_read() const override { return rest_ == nullptr ? 0 : rest_->stored_bytes_read(); }

 private:
  std::string_view text_;  // not read yet
  std::shared_ptr<const void> owner_;
  std::unique_ptr<storage::ByteStream> rest_;
};

}  // namespace sluice::json
