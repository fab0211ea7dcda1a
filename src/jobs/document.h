#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// Write a whole text file, atomically and durably, replacing what is there. Its folders are made.
core::Status WriteDocument(const std::string& path, std::string_view text, storage::FileSystem& files);

}  // namespace sluice::jobs
