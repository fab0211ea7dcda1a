#pragma once

#include <memory>

#include "core/result.h"
#include "storage/byte_stream.h"
#include "storage/descriptor.h"

namespace sluice::storage {

/// The bytes of `source` from its current position to its end. The kernel is told that they are read in order.
std::unique_ptr<ByteStream> StreamFromDescriptor(Descriptor source);

/// Standard input (a duplicate of descriptor 0, so that closing the stream leaves it open). Io when it is closed,
/// InvalidInput when it is a directory.
core::Result<std::unique_ptr<ByteStream>> OpenStandardInput();

}  // namespace sluice::storage
