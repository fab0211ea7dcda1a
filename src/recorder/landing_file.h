#pragma once

#include <arrow/type_fwd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "parquet/writer.h"
#include "recorder/manifest.h"
#include "recorder/record_schema.h"
#include "storage/environment.h"
#include "storage/published_file.h"

namespace sluice::recorder {

/// Where files of a recorder go and how they are written.
struct LandingSpec {
  std::string folder = {};
  std::string recorder = {};  ///< its ULID
  RecordSchema schema = {};
  parquet::WriteOptions write = {};
};

/// One Parquet file on its way: written aside, published with its footer, then noted in the manifest.
///
/// Order: Open Write* Publish. Threads: one owner. Crash: before Publish there is no file; after it the manifest may
/// lack its line (recovery.h adopts it). Destroyed before Publish, it removes itself.
class LandingFile {
 public:
  static core::Result<std::unique_ptr<LandingFile>> Open(const storage::Environment& environment,
                                                         const LandingSpec& spec, const std::string& name);
  ~LandingFile();

  core::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows);
  std::uint64_t rows() const { return rows_; }
  /// Of the Parquet data written so far; a row group still in memory does not count.
  std::uint64_t bytes() const;
  /// Publish and say what was published; not yet in the manifest. AlreadyExists when the name is taken; after
  /// OutcomeUnknown the same call completes it.
  core::Result<ManifestFile> Publish(std::uint64_t sequence, bool recovered);
  /// How each column was encoded, once it is published: for the next file of the same schema, so that it need not try.
  const std::vector<std::pair<std::string, parquet::Encoding>>& encodings() const { return encodings_; }

 private:
  class HashedFile;
  LandingFile(const storage::Environment& environment, const LandingSpec& spec, std::string name);
  void NoteTimes(const arrow::RecordBatch& rows);
  core::Status Flush();

  const storage::Environment& environment_;
  const LandingSpec& spec_;
  std::string name_;
  std::unique_ptr<HashedFile> file_;
  std::unique_ptr<parquet::FileWriter> writer_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;
  std::uint64_t waiting_rows_ = 0;
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t rows_ = 0;
  int time_column_ = -1;
  std::optional<std::int64_t> min_time_, max_time_;  // in the column's unit
  std::optional<storage::FinishedFile> finished_;
  std::vector<std::pair<std::string, parquet::Encoding>> encodings_;
};

}  // namespace sluice::recorder
