#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/result.h"
#include "jobs/environment.h"
#include "jobs/read_settings.h"
#include "storage/byte_stream.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// Opens inputs as plain UTF-8 bytes: inflated and transcoded as the settings say. "-" is standard input, which can be
/// opened again once it was spooled.
///
/// Threads: one at a time.
class InputOpener {
 public:
  /// Borrows `environment`, which outlives the opener.
  InputOpener(const Environment& environment, ReadSettings settings)
      : environment_(environment), settings_(std::move(settings)) {}

  core::Result<std::unique_ptr<storage::ByteStream>> Open(const std::string& path);

  /// Keep standard input in an unnamed temporary file, so that it can be opened more than once. Does nothing twice.
  core::Status SpoolStandardInput();

 private:
  const Environment& environment_;
  ReadSettings settings_;
  std::shared_ptr<storage::RandomAccessFile> spooled_;
};

}  // namespace sluice::jobs
