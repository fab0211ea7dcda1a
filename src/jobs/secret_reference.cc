#include "jobs/secret_reference.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "core/ascii.h"

namespace sluice::jobs {
namespace {

using Kind = SecretReference::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 3> kPrefixes{
    {{"env:", Kind::kEnvironment}, {"file:", Kind::kFile}, {"exec:", Kind::kCommand}}};

core::Result<core::Secret> MakeSecret(std::string text, const std::string& where) {
  if (text.size() > kSecretBytesMax) return core::LimitExceeded(fmt::format("the secret in {} is too long", where));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return core::NotFound(fmt::format("the secret in {} is empty", where));
  return core::Secret(std::move(text));
}

template <typename Read>
core::Result<std::string> ReadUpToLimit(Read read, const std::string& where) {
  std::string text;
  std::array<char, 4096> block{};
  while (text.size() <= kSecretBytesMax) {
    const auto bytes = read(block.data(), block.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return core::ErrorFromErrno(errno, "read " + where);
    if (bytes == 0) break;
    text.append(block.data(), static_cast<std::size_t>(bytes));
  }
  return text;
}

core::Result<core::Secret> ReadSecretFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return core::ErrorFromErrno(errno, "open the secret file " + path);
  struct stat info{};
  const bool known = ::fstat(descriptor, &info) == 0;
  if (!known || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    ::close(descriptor);
    return core::PermissionError(fmt::format("others may read the secret file {}", path))
        .WithHint(fmt::format("chmod 600 {}", path));
  }
  auto text = ReadUpToLimit([&](char* out, std::size_t size) { return ::read(descriptor, out, size); }, path);
  ::close(descriptor);
  SLUICE_TRY(text);
  return MakeSecret(*std::move(text), path);
}

core::Result<core::Secret> RunSecretCommand(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return core::ErrorFromErrno(errno, "run the command of a secret");
  auto text = ReadUpToLimit(
      [&](char* out, std::size_t size) {
        const std::size_t bytes = std::fread(out, 1, size, pipe);
        return bytes == 0 && std::ferror(pipe) != 0 ? ssize_t{-1} : static_cast<ssize_t>(bytes);
      },
      "a secret's command");
  const int status = ::pclose(pipe);
  SLUICE_TRY(text);
  if (status != 0 && text->size() <= kSecretBytesMax) {
    return core::Unavailable(fmt::format("the command of a secret failed with status {}", status))
        .WithHint("run it by hand to see why");
  }
  return MakeSecret(*std::move(text), "a secret's command");
}

bool IsPasswordKey(std::string_view key) {
  const std::string lower = core::LowerAscii(key);
  for (const std::string_view word : {"password", "passwd", "pwd", "secret", "token", "passphrase", "access_key"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return lower == "key" || lower == "sig" || lower == "signature";
}

}  // namespace

core::Result<SecretReference> SecretReference::Parse(std::string_view text) {
  for (const auto& [prefix, kind] : kPrefixes) {
    if (!text.starts_with(prefix)) continue;
    if (text.size() == prefix.size()) return core::InvalidInput(fmt::format("'{}' names nothing", text));
    return SecretReference{kind, std::string(text.substr(prefix.size()))};
  }
  return core::InvalidInput("a secret stands here in plain text")
      .WithHint("say where it is kept: env:NAME, file:PATH (mode 0600) or exec:COMMAND");
}

std::string SecretReference::Describe() const {
  if (kind == Kind::kCommand) return "exec:…";
  return (kind == Kind::kFile ? "file:" : "env:") + text;
}

core::Result<core::Secret> ResolveSecret(const SecretReference& reference, const EnvironmentLookup& environment) {
  switch (reference.kind) {
    case Kind::kEnvironment: {
      auto text = environment(reference.text);
      if (!text) {
        return core::NotFound(fmt::format("the environment variable {} is not set", reference.text))
            .WithHint(fmt::format("export {}=…", reference.text));
      }
      return MakeSecret(*std::move(text), reference.Describe());
    }
    case Kind::kFile: return ReadSecretFile(reference.text);
    case Kind::kCommand: return RunSecretCommand(reference.text);
  }
  return core::Internal("unknown kind of secret");
}

std::string MaskUrl(std::string_view url) {
  std::string masked(url);
  const std::size_t scheme = masked.find("://");
  if (scheme != std::string::npos) {
    const std::size_t begin = scheme + 3;
    // Up to the last '@', wherever it is: a password that was not escaped must not show, at the price of hiding more.
    const std::size_t at = masked.rfind('@');
    const std::size_t colon = masked.find(':', begin);
    if (at != std::string::npos && at > begin && colon < at) masked.replace(colon + 1, at - colon - 1, "***");
  }
  for (std::size_t from = masked.find_first_of("?;"); from != std::string::npos;) {
    const std::size_t end = std::min(masked.find_first_of("&;#", from + 1), masked.size());
    const std::size_t equals = masked.find('=', from);
    const bool secret = equals < end && IsPasswordKey(std::string_view(masked).substr(from + 1, equals - from - 1));
    if (secret) masked.replace(equals + 1, end - equals - 1, "***");
    from = masked.find_first_of("&;", from + 1);
  }
  return masked;
}

}  // namespace sluice::jobs
