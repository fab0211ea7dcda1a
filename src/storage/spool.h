#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "storage/byte_stream.h"
#include "storage/file_system.h"

namespace sluice::storage {

/// Copy what is left of `source` to a file on disk that has no name, so that it can be read several times and at any
/// offset. The file lies in `directory` ("" means $TMPDIR, else /tmp) and is gone when the result is, even after
/// kill -9. LimitExceeded above `bytes_max`; nothing is kept then.
core::Result<std::unique_ptr<RandomAccessFile>> Spool(ByteStream& source, std::uint64_t bytes_max,
                                                      std::string directory = "");

/// The bytes of `file` from front to back; the file is shared and outlives the stream.
std::unique_ptr<ByteStream> StreamFromFile(std::shared_ptr<RandomAccessFile> file);

}  // namespace sluice::storage
