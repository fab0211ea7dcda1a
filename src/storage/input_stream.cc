#include "storage/input_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "storage/descriptor_stream.h"
#include "storage/path.h"
#include "storage/read_ahead.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kHeadBytes = 64;

/// Bytes that were read already, and then the rest.
class PrefixedStream final : public ByteStream {
 public:
  PrefixedStream(std::string head, std::unique_ptr<ByteStream> rest) : head_(std::move(head)), rest_(std::move(rest)) {}

  core::Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), head_.size() - position_);
    std::memcpy(out.data(), head_.data() + position_, count);
    position_ += count;
    if (count == out.size()) return count;
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, rest_->Read(out.subspan(count)));
    return count + got;
  }
  std::uint64_t stored_bytes_read() const override { return rest_->stored_bytes_read(); }
  void Interrupt() override { rest_->Interrupt(); }

 private:
  std::string head_;
  std::size_t position_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

}  // namespace

core::Result<PeekedStream> Peek(std::unique_ptr<ByteStream> source, std::size_t bytes) {
  std::string head(bytes, '\0');
  SLUICE_ASSIGN_OR_RETURN(const std::size_t got, source->Read(head));
  head.resize(got);
  auto stream = std::make_unique<PrefixedStream>(head, std::move(source));
  return PeekedStream{std::move(head), std::move(stream)};
}

core::Result<std::unique_ptr<ByteStream>> OpenInputStream(FileSystem& files, const std::string& path,
                                                          InputStreamOptions options) {
  const bool standard_input = path == "-";
  std::string name = standard_input ? "standard input" : QuotedPath(path);
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> stream,
                          standard_input ? OpenStandardInput() : files.OpenStream(path));
  Compression compression = options.compression.value_or(CompressionOfName(path));
  if (standard_input && !options.compression.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(PeekedStream peeked, Peek(std::move(stream), kHeadBytes));
    compression = CompressionOfBytes(peeked.head);
    stream = std::move(peeked.stream);
  }
  options.inflate.name = name;
  stream = Inflate(compression, std::move(stream), options.inflate);
  if (options.encoding == TextEncoding::kUtf8) {
    SLUICE_ASSIGN_OR_RETURN(PeekedStream peeked, Peek(std::move(stream), kHeadBytes));
    SLUICE_TRY(RefuseWideText(peeked.head, name));
    stream = std::move(peeked.stream);
  }
  stream = TranscodeToUtf8(options.encoding, std::move(stream), std::move(name));
  if (options.read_ahead) stream = ReadAhead(std::move(stream));
  return stream;
}

}  // namespace sluice::storage
