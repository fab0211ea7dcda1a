#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "csv/buffer_pool.h"
#include "csv/chunk.h"
#include "csv/dialect.h"
#include "csv/line_count.h"
#include "csv/quote_machine.h"
#include "csv/structural_scan.h"
#include "storage/byte_stream.h"

namespace sluice::csv {

struct SplitterOptions {
  std::size_t chunk_bytes = std::size_t{4} << 20;
  std::size_t record_bytes_max = std::size_t{64} << 20;
};

/// Cuts an input into chunks of whole records. A UTF-8 byte order mark is skipped.
///
/// Every chunk starts between two records because the one before ended there: there is no guess about quotes. The cut
/// is found by the same 64-byte scan that finds the fields, and byte by byte behind a quote that neither opens nor
/// closes a field. Threads: one at a time. The cuts depend on the bytes and the options only. Limits: one chunk is
/// held; it grows to `record_bytes_max` for a long record, of which only the start is kept beyond that.
class ChunkSplitter {
 public:
  ChunkSplitter(std::unique_ptr<storage::ByteStream> stream, SplitterOptions options, BufferPool& buffers,
                const ScanKernel& kernel);

  /// The first bytes of the input, to look at before the dialect is known; shorter than asked only at the end. Once,
  /// before Next. The view lives until Next.
  core::Result<std::string_view> Peek(std::size_t bytes);
  void SetDialect(const Dialect& dialect) { dialect_ = dialect; }

  /// The next records; nullopt at the end of the input.
  core::Result<std::optional<Chunk>> Next();

 private:
  struct Cut {
    std::size_t end = 0;
    std::uint64_t lines = 0;
    std::size_t records = 0;
    bool regular = true;
  };

  core::Status Grow(std::size_t bytes);
  core::Status Fill(std::size_t bytes);
  Cut FindCut(std::size_t size, bool last) const;
  void FindCutByteWise(std::size_t size, Cut* cut) const;
  core::Result<Chunk> Emit(const Cut& cut);
  core::Result<Chunk> EmitLast();
  core::Result<Chunk> EmitOversized();
  bool FindRecordEnd(QuoteMachine* machine, LineCount* lines, std::size_t* at) const;
  core::Status DropThroughLineEnd(std::size_t end);
  void SkipByteOrderMark();

  std::unique_ptr<storage::ByteStream> stream_;
  SplitterOptions options_;
  BufferPool& buffers_;
  const ScanKernel& kernel_;
  Dialect dialect_;
  BufferPool::Buffer buffer_;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t offset_ = 0;  // of the buffer in the input
  std::uint64_t line_ = 1;    // of the buffer's first byte
  bool started_ = false;
  bool first_ = true;
  bool ended_ = false;  // the stream
};

}  // namespace sluice::csv
