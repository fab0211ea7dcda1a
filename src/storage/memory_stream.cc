#include "storage/memory_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/byte_size.h"

namespace sluice::storage {
namespace {

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::string_view bytes, std::shared_ptr<const void> owner, std::unique_ptr<ByteStream> rest)
      : bytes_(bytes), owner_(std::move(owner)), rest_(std::move(rest)) {}

  core::Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    std::memcpy(out.data(), bytes_.data() + position_, count);
    position_ += count;
    if (count == out.size() || rest_ == nullptr) return count;
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, rest_->Read(out.subspan(count)));
    return count + got;
  }
  std::uint64_t stored_bytes_read() const override { return rest_ == nullptr ? position_ : rest_->stored_bytes_read(); }
  void Interrupt() override {
    if (rest_ != nullptr) rest_->Interrupt();
  }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  std::shared_ptr<const void> owner_;
  std::unique_ptr<ByteStream> rest_;
};

}  // namespace

std::unique_ptr<ByteStream> StreamFromString(std::string bytes) {
  auto kept = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *kept;
  return StreamFromMemory(view, std::move(kept));
}

std::unique_ptr<ByteStream> StreamFromMemory(std::string_view bytes, std::shared_ptr<const void> owner,
                                             std::unique_ptr<ByteStream> rest) {
  return std::make_unique<MemoryStream>(bytes, std::move(owner), std::move(rest));
}

core::Result<std::string> ReadToEnd(ByteStream& stream, std::uint64_t bytes_max, std::uint64_t bytes_expected) {
  // One byte more than allowed is asked for, so that a stream that goes on is noticed.
  // Most files that are read so are small, and every step is filled with zeros first.
  constexpr std::uint64_t kFirstBytes = 16 * core::kKiB;
  constexpr std::uint64_t kStepBytesMax = core::kMiB;
  std::string content;
  content.reserve(static_cast<std::size_t>(std::min(bytes_expected, bytes_max) + 1));
  while (true) {
    const std::size_t filled = content.size();
    const std::uint64_t room = content.capacity() - filled;
    const std::uint64_t wanted =
        std::clamp<std::uint64_t>(std::max<std::uint64_t>(filled, room), kFirstBytes, kStepBytesMax);
    const std::size_t step = static_cast<std::size_t>(std::min(bytes_max - filled, wanted - 1) + 1);
    content.resize(filled + step);
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, stream.Read(std::span<char>(content).subspan(filled)));
    content.resize(filled + got);
    if (content.size() > bytes_max) {
      return core::LimitExceeded("the input is larger than " + core::FormatByteSize(bytes_max));
    }
    if (got < step) return content;
  }
}

}  // namespace sluice::storage
