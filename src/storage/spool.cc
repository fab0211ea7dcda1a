#include "storage/spool.h"

#include <utility>
#include <vector>

#include "core/byte_size.h"
#include "storage/descriptor.h"
#include "storage/nameless_file.h"
#include "storage/path.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kStepBytes = core::kMiB;

class SpoolFile final : public RandomAccessFile {
 public:
  SpoolFile(Descriptor file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_; }
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) override {
    return file_.ReadAt(offset, out);
  }

 private:
  Descriptor file_;
  std::uint64_t bytes_;
};

class SharedFileStream final : public ByteStream {
 public:
  explicit SharedFileStream(std::shared_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  core::Result<std::size_t> Read(std::span<char> out) override {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(offset_, out));
    offset_ += got;
    return got;
  }
  std::uint64_t stored_bytes_read() const override { return offset_; }

 private:
  std::shared_ptr<RandomAccessFile> file_;
  std::uint64_t offset_ = 0;
};

}  // namespace

core::Result<std::unique_ptr<RandomAccessFile>> Spool(ByteStream& source, std::uint64_t bytes_max,
                                                      std::string directory) {
  if (directory.empty()) directory = TemporaryDirectory();
  SLUICE_ASSIGN_OR_RETURN(Descriptor file, OpenNameless(directory));
  std::vector<char> buffer(kStepBytes);
  std::uint64_t bytes = 0;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, source.Read(buffer));
    bytes += got;
    if (bytes > bytes_max) {
      return core::LimitExceeded("the input is larger than " + core::FormatByteSize(bytes_max) +
                                 ", the most that is kept in " + QuotedPath(directory))
          .WithHint("declare the columns (--columns or --schema), so that the input need not be read twice");
    }
    core::Status written = file.Write({buffer.data(), got});
    if (!written.has_value()) {
      return std::move(written).error().WithHint("point TMPDIR at a folder with more room");
    }
    if (got < buffer.size()) break;
  }
  return std::make_unique<SpoolFile>(std::move(file), bytes);
}

std::unique_ptr<ByteStream> StreamFromFile(std::shared_ptr<RandomAccessFile> file) {
  return std::make_unique<SharedFileStream>(std::move(file));
}

}  // namespace sluice::storage
