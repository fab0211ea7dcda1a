#include "core/shared_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <utility>

namespace sluice::core {
namespace {

std::string LastLoaderError() {
  const char* const text = ::dlerror();
  return text == nullptr ? "unknown error" : text;
}

}  // namespace

SharedLibrary::SharedLibrary(std::string what, std::string path, void* handle)
    : what_(std::move(what)), path_(std::move(path)), handle_(handle) {}

Result<SharedLibrary> SharedLibrary::Open(const std::string& what, std::span<const std::string> candidates) {
  std::string tried;
  for (const std::string& candidate : candidates) {
    // A file that is not there is passed over; one that is there and cannot be loaded is worth its message.
    const bool has_folder = candidate.find('/') != std::string::npos;
    if (has_folder && ::access(candidate.c_str(), F_OK) != 0) {
      tried += "\n    " + candidate + ": not there";
      continue;
    }
    void* const handle = ::dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) return SharedLibrary(what, candidate, handle);
    tried += "\n    " + candidate + ": " + LastLoaderError();
  }
  return NotFound(what + " was not found; looked at:" + tried);
}

void* SharedLibrary::Address(const char* name) {
  void* const address = ::dlsym(handle_, name);
  if (address == nullptr && missing_.empty()) missing_ = name;
  return address;
}

Status SharedLibrary::CheckFound() const {
  if (missing_.empty()) return Ok();
  return Unsupported(path_ + " is not " + what_ + " as it is needed: it lacks the function " + missing_);
}

}  // namespace sluice::core
