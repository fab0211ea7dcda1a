#include "storage/descriptor_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sluice::storage {
namespace {

class DescriptorStream final : public ByteStream {
 public:
  explicit DescriptorStream(Descriptor source) : source_(std::move(source)) {}

  core::Result<std::size_t> Read(std::span<char> out) override {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, source_.Read(out));
    bytes_read_ += got;
    return got;
  }
  std::uint64_t stored_bytes_read() const override { return bytes_read_; }

 private:
  Descriptor source_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> StreamFromDescriptor(Descriptor source) {
  // Advice only: pipes answer ESPIPE, and nothing depends on it.
  (void)::posix_fadvise(source.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<DescriptorStream>(std::move(source));
}

core::Result<std::unique_ptr<ByteStream>> OpenStandardInput() {
  const int fd = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return core::ErrorFromErrno(errno, "cannot open standard input");
  Descriptor input(fd, "standard input");
  struct stat info{};
  if (::fstat(fd, &info) != 0) return core::ErrorFromErrno(errno, "cannot stat standard input");
  if (S_ISDIR(info.st_mode)) return core::InvalidInput("standard input is a folder, not a file");
  return StreamFromDescriptor(std::move(input));
}

}  // namespace sluice::storage
