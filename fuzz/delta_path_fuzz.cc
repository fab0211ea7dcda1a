// Any bytes as a path of a Delta log: decoding undoes encoding; a path that resolves inside of the table stays there;
// and a key is its own key.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "delta/path.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string root = "/table of/ours";
  Require(delta::DecodePath(delta::EncodePath(text)) == text);
  const std::string key = delta::CanonicalPath(text, root);
  Require(delta::CanonicalPath(delta::EncodePath(key), root) == key || key.find(':') != std::string::npos ||
          key.starts_with('/'));
  if (const auto inside = delta::ResolveFilePath(text, root, /*allow_outside=*/false)) {
    Require(inside->starts_with(root + "/") && inside->find('\0') == std::string::npos);
    Require((*inside + "/").find("/../") == std::string::npos);
    // The key leads to the same file.
    const auto again = delta::ResolveFilePath(delta::EncodePath(key), root, /*allow_outside=*/false);
    Require(again.has_value() && *again == *inside);
  }
  const auto folder = delta::HiveFolder({{"column", text}});
  Require(folder.has_value() == (text.find('\0') == std::string::npos));
  if (folder) Require(folder->find('/') == folder->size() - 1);
  return 0;
}
