#pragma once

#include <string>

#include "core/result.h"
#include "storage/descriptor.h"

namespace sluice::storage {

/// $TMPDIR, else /tmp.
std::string TemporaryDirectory();

/// A new empty file on disk, in `directory`, to be written and read again through the descriptor. It has no name and is
/// gone when the descriptor is, even after kill -9.
core::Result<Descriptor> OpenNameless(const std::string& directory);

}  // namespace sluice::storage
