#include "storage/input_stream.h"

#include <string_view>
#include <utility>

#include "storage/descriptor_stream.h"
#include "storage/memory_stream.h"
#include "storage/path.h"
#include "storage/read_ahead.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kHeadBytes = 64;

}  // namespace

core::Result<PeekedStream> Peek(std::unique_ptr<ByteStream> source, std::size_t bytes) {
  auto head = std::make_shared<std::string>(bytes, '\0');
  SLUICE_ASSIGN_OR_RETURN(const std::size_t got, source->Read(*head));
  head->resize(got);
  const std::string_view view = *head;
  return PeekedStream{std::string(view), StreamFromMemory(view, std::move(head), std::move(source))};
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
