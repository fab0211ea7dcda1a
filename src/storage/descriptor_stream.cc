#include "storage/descriptor_stream.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sluice::storage {
namespace {

class DescriptorStream final : public ByteStream {
 public:
  /// `interrupt` is an eventfd for sources that can keep a reader waiting, closed otherwise.
  DescriptorStream(Descriptor source, Descriptor interrupt)
      : source_(std::move(source)), interrupt_(std::move(interrupt)) {}

  core::Result<std::size_t> Read(std::span<char> out) override {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got,
                            interrupt_.fd() < 0 ? source_.Read(out) : source_.ReadOrInterrupt(out, interrupt_.fd()));
    bytes_read_ += got;
    return got;
  }
  std::uint64_t stored_bytes_read() const override { return bytes_read_; }
  void Interrupt() override {
    constexpr std::uint64_t kOne = 1;
    if (interrupt_.fd() >= 0) (void)!::write(interrupt_.fd(), &kOne, sizeof kOne);
  }

 private:
  Descriptor source_;
  Descriptor interrupt_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> StreamFromDescriptor(Descriptor source) {
  // Advice only: pipes answer ESPIPE, and nothing depends on it.
  (void)::posix_fadvise(source.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Descriptor interrupt;
  struct stat info{};
  if (::fstat(source.fd(), &info) == 0 && !S_ISREG(info.st_mode)) {
    // Without an eventfd (out of descriptors) reading still works; it only cannot be interrupted.
    interrupt = Descriptor(::eventfd(0, EFD_CLOEXEC), "interrupt");
  }
  return std::make_unique<DescriptorStream>(std::move(source), std::move(interrupt));
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
