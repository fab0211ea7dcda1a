#include "recorder/symbol_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "core/byte_size.h"
#include "storage/local_file_system.h"

namespace sluice::recorder {
namespace {

constexpr std::uint32_t kTextsMax = 1024 * 1024;

struct Frame {
  std::uint32_t number = 0;
  std::uint32_t length = 0;
};

}  // namespace

core::Result<std::unique_ptr<SymbolTable>> SymbolTable::Create(const std::string& path) {
  auto table = std::make_unique<SymbolTable>();
  if (path.empty()) return table;
  SLUICE_ASSIGN_OR_RETURN(table->file_, storage::Descriptor::Open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600));
  return table;
}

core::Result<std::unique_ptr<SymbolTable>> SymbolTable::Read(const std::string& path) {
  auto table = std::make_unique<SymbolTable>();
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes, storage::LocalFileSystem().ReadAll(path, core::kGiB));
  std::string_view rest = bytes;
  Frame frame;
  while (rest.size() >= sizeof frame) {
    std::memcpy(&frame, rest.data(), sizeof frame);
    rest.remove_prefix(sizeof frame);
    if (frame.length > rest.size() || frame.number > kTextsMax) break;
    if (frame.number > table->texts_.size()) table->texts_.resize(frame.number);
    if (frame.number > 0) table->texts_[frame.number - 1] = rest.substr(0, frame.length);
    rest.remove_prefix(frame.length);
  }
  return table;
}

core::Result<std::uint32_t> SymbolTable::Number(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (text.empty()) return 0U;
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  if (texts_.size() == kTextsMax) {
    return core::LimitExceeded("a recorder holds at most " + std::to_string(kTextsMax) + " interned texts")
        .WithHint("intern what many rows have in common; give other texts as strings");
  }
  const auto number = static_cast<std::uint32_t>(texts_.size() + 1);
  if (file_.fd() >= 0) {
    const Frame frame{.number = number, .length = static_cast<std::uint32_t>(text.size())};
    std::string bytes(reinterpret_cast<const char*>(&frame), sizeof frame);
    const core::Status written = file_.Write(bytes.append(text));
    // Half a frame in front of the next one would spoil that and all behind it.
    if (!written.has_value()) (void)::ftruncate(file_.fd(), static_cast<off_t>(bytes_));
    SLUICE_TRY(written);
    bytes_ += bytes.size();
  }
  numbers_.emplace(texts_.emplace_back(text), number);
  return number;
}

std::string_view SymbolTable::Text(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return number == 0 || number > texts_.size() ? std::string_view() : texts_[number - 1];
}

}  // namespace sluice::recorder
