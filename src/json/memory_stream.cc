#include "json/memory_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::json {

MemoryStream::MemoryStream(std::string text, std::unique_ptr<storage::ByteStream> rest) : rest_(std::move(rest)) {
  auto kept = std::make_shared<const std::string>(std::move(text));
  text_ = *kept;
  owner_ = std::move(kept);
}

core::Result<std::size_t> MemoryStream::Read(std::span<char> out) {
  const std::size_t mine = std::min(out.size(), text_.size());
  std::memcpy(out.data(), text_.data(), mine);
  text_.remove_prefix(mine);
  if (mine == out.size() || rest_ == nullptr) return mine;
  SLUICE_ASSIGN_OR_RETURN(const std::size_t others, rest_->Read(out.subspan(mine)));
  return mine + others;
}

}  // namespace sluice::json
