#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/publish.h"

namespace sluice::storage {

/// Write a whole small file aside, sync it, and give it its name. Its folders are made. `unique` is that of
/// temporary_name.h. Errors: as Publish.
core::Status PublishText(FileSystem& files, const std::string& path, std::string_view text, const std::string& unique,
                         PublishMode mode);

}  // namespace sluice::storage
