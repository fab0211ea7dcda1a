#include "recorder/symbol_table.h"

#include <fcntl.h>

#include <cstring>
#include <utility>

#include "core/byte_size.h"
#include "storage/local_file_system.h"

namespace sluice::recorder {

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
  while (rest.size() >= sizeof(std::uint32_t)) {
    std::uint32_t length = 0;
    std::memcpy(&length, rest.data(), sizeof length);
    rest.remove_prefix(sizeof length);
    if (length > rest.size()) break;
    table->texts_.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return table;
}

core::Result<std::uint32_t> SymbolTable::Number(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (text.empty()) return 0U;
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  if (file_.fd() >= 0) {
    const auto length = static_cast<std::uint32_t>(text.size());
    std::string frame(reinterpret_cast<const char*>(&length), sizeof length);
    SLUICE_TRY(file_.Write(frame.append(text)));
  }
  const std::string& kept = texts_.emplace_back(text);
  const auto number = static_cast<std::uint32_t>(texts_.size());
  numbers_.emplace(kept, number);
  return number;
}

std::string_view SymbolTable::Text(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return number == 0 || number > texts_.size() ? std::string_view() : texts_[number - 1];
}

}  // namespace sluice::recorder
