#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "delta/action.h"
#include "delta/row_set.h"
#include "storage/file_system.h"

namespace sluice::table {

/// The rows that a deletion vector of the table at `root` marks, read from its file or from the descriptor itself.
///
/// Corruption, naming file and byte, for whatever the bytes do not keep; NotFound when the file is gone. A vector
/// outside of the root needs `allow_outside`.
core::Result<std::shared_ptr<const delta::RowSet>> LoadDeletionVector(storage::FileSystem& files,
                                                                      const std::string& root,
                                                                      const delta::DeletionVectorDescriptor& descriptor,
                                                                      bool allow_outside);

}  // namespace sluice::table
