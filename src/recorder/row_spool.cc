#include "recorder/row_spool.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/byte_size.h"
#include "schema/arrow_error.h"

namespace sluice::recorder {
namespace {

constexpr std::uint64_t kFrameBytesMax = 4 * core::kGiB;
constexpr std::uint32_t kNoRing = 0xFFFF'FFFF;

struct Frame {
  std::array<char, 4> magic = {'S', 'L', 'S', 'P'};
  std::uint32_t ring = 0;
  std::uint64_t sequence = 0;  ///< of the file
  std::uint64_t position = 0;
  std::uint64_t position_end = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;  ///< XXH3-64 of the message
};

/// nullopt when there is none.
core::Result<std::optional<storage::Descriptor>> OpenSpool(const std::string& path) {
  auto opened = storage::Descriptor::Open(path, O_RDONLY);
  if (opened.has_value()) return std::optional(*std::move(opened));
  if (opened.error().kind() == core::ErrorKind::kNotFound) return std::optional<storage::Descriptor>();
  return std::move(opened).error();
}

/// nullopt at the end of what is whole.
core::Result<std::optional<Frame>> ReadFrame(storage::Descriptor& file) {
  Frame frame;
  SLUICE_ASSIGN_OR_RETURN(const std::size_t got, file.Read({reinterpret_cast<char*>(&frame), sizeof frame}));
  const bool whole = got == sizeof frame && frame.magic == Frame().magic && frame.bytes <= kFrameBytesMax;
  return whole ? std::optional(frame) : std::nullopt;
}

}  // namespace

core::Result<std::unique_ptr<RowSpool>> RowSpool::Create(const std::string& path, bool sync) {
  auto spool = std::make_unique<RowSpool>();
  spool->path_ = path;
  spool->sync_ = sync;
  SLUICE_ASSIGN_OR_RETURN(spool->file_, storage::Descriptor::Open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  return spool;
}

core::Status RowSpool::Begin(std::uint64_t sequence) {
  // An empty frame first, so that no frame of the file before can be taken for one of this.
  const Frame frame{.ring = kNoRing, .sequence = sequence};
  if (::lseek(file_.fd(), 0, SEEK_SET) != 0) return core::ErrorFromErrno(errno, "cannot go back in " + file_.name());
  SLUICE_TRY(file_.Write({reinterpret_cast<const char*>(&frame), sizeof frame}));
  sequence_ = sequence;
  bytes_ = sizeof frame;
  return core::Ok();
}

// Into memory that was used before: making it anew for each batch costs more than filling it.
core::Result<std::shared_ptr<arrow::Buffer>> RowSpool::Serialize(const arrow::RecordBatch& batch) {
  std::int64_t bytes = 0;
  SLUICE_TRY(arrow::ipc::GetRecordBatchSize(batch, &bytes));
  if (scratch_ == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(scratch_, arrow::AllocateResizableBuffer(bytes));
  } else {
    SLUICE_TRY(scratch_->Resize(bytes, /*shrink_to_fit=*/false));
  }
  arrow::io::FixedSizeBufferWriter out(scratch_);
  SLUICE_TRY(arrow::ipc::SerializeRecordBatch(batch, arrow::ipc::IpcWriteOptions::Defaults(), &out));
  return scratch_;
}

core::Status RowSpool::Append(const SpooledRows& rows, const arrow::RecordBatch& batch) {
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> message, Serialize(batch));
  const Frame frame{.ring = rows.ring,
                    .sequence = sequence_,
                    .position = rows.position,
                    .position_end = rows.position_end,
                    .bytes = static_cast<std::uint64_t>(message->size()),
                    .checksum = XXH3_64bits(message->data(), static_cast<std::size_t>(message->size()))};
  core::Status written = file_.Write({reinterpret_cast<const char*>(&frame), sizeof frame});
  if (written.has_value()) {
    written = file_.Write({reinterpret_cast<const char*>(message->data()), static_cast<std::size_t>(message->size())});
  }
  if (written.has_value() && sync_) written = file_.SyncData();
  if (!written.has_value()) {
    // The half frame is written over, so that the next one is found.
    (void)::lseek(file_.fd(), static_cast<off_t>(bytes_), SEEK_SET);
    return written;
  }
  bytes_ += sizeof frame + frame.bytes;
  return core::Ok();
}

core::Result<std::optional<std::uint64_t>> SequenceOfSpool(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(auto file, OpenSpool(path));
  if (!file.has_value()) return std::optional<std::uint64_t>();
  SLUICE_ASSIGN_OR_RETURN(const auto first, ReadFrame(*file));
  return first.has_value() ? std::optional(first->sequence) : std::nullopt;
}

core::Status ReadSpool(
    const std::string& path, const std::shared_ptr<arrow::Schema>& schema,
    const std::function<core::Status(const SpooledRows&, std::shared_ptr<arrow::RecordBatch>)>& visit) {
  SLUICE_ASSIGN_OR_RETURN(auto opened, OpenSpool(path));
  if (!opened.has_value()) return core::Ok();
  std::optional<std::uint64_t> sequence;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const auto read, ReadFrame(*opened));
    // What has another sequence was left by the file before.
    if (!read.has_value() || read->sequence != sequence.value_or(read->sequence)) return core::Ok();
    const Frame& frame = *read;
    sequence = frame.sequence;
    if (frame.ring == kNoRing) continue;
    const off_t begin = ::lseek(opened->fd(), 0, SEEK_CUR);
    const off_t end = ::lseek(opened->fd(), 0, SEEK_END);
    if (begin < 0 || static_cast<std::uint64_t>(end - begin) < frame.bytes) return core::Ok();
    (void)::lseek(opened->fd(), begin, SEEK_SET);
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> message,
                            arrow::AllocateResizableBuffer(static_cast<std::int64_t>(frame.bytes)));
    SLUICE_TRY(opened->Read({reinterpret_cast<char*>(message->mutable_data()), frame.bytes}));
    if (XXH3_64bits(message->data(), frame.bytes) != frame.checksum) return core::Ok();
    arrow::io::BufferReader reader(std::move(message));
    SLUICE_ASSIGN_OR_RETURN(
        auto batch, arrow::ipc::ReadRecordBatch(schema, nullptr, arrow::ipc::IpcReadOptions::Defaults(), &reader));
    SLUICE_TRY(visit({frame.ring, frame.position, frame.position_end}, std::move(batch)));
  }
}

}  // namespace sluice::recorder
