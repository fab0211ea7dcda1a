#include "recorder/recovery.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "parquet/open_file.h"
#include "recorder/block_batch.h"
#include "recorder/file_name.h"
#include "recorder/landing_file.h"
#include "recorder/ring.h"
#include "recorder/row_spool.h"
#include "schema/arrow_mapping.h"
#include "storage/path.h"
#include "storage/sha256.h"

namespace sluice::recorder {
namespace {

/// What one recorder left.
class Remains {
 public:
  Remains(const storage::Environment& environment, const std::string& folder, const RecorderMarker& marker,
          Manifest& manifest)
      : environment_(environment), folder_(folder), marker_(marker), manifest_(manifest) {}

  core::Result<RecoveredRecorder> Recover();

 private:
  core::Status FindRings();
  core::Status ReadSpooled(const std::function<core::Status(std::shared_ptr<arrow::RecordBatch>)>& visit);
  bool IsListed(const std::string& name) const;
  core::Status Adopt(const std::string& name, std::uint64_t sequence, bool recovered);
  core::Result<std::uint64_t> RowsOf(const std::string& path) const;
  core::Status WriteRows();
  core::Status WriteRings(LandingFile& file);
  core::Status Clear();

  const storage::Environment& environment_;
  const std::string& folder_;
  const RecorderMarker& marker_;
  Manifest& manifest_;
  FileName name_;
  std::optional<std::uint64_t> spooled_file_;          // the sequence of the file that the spool is for
  std::map<std::uint32_t, std::uint64_t> spooled_to_;  // by ring
  std::vector<std::string> rings_;
  RecoveredRecorder found_;
};

bool Remains::IsListed(const std::string& name) const {
  return std::ranges::any_of(manifest_.files, [&](const ManifestFile& file) { return file.file == name; });
}

core::Status Remains::FindRings() {
  if (marker_.mapping.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment_.files.StatIfExists(marker_.mapping));
  if (!there.has_value()) return core::Ok();  // the machine was started anew: memory is gone
  SLUICE_ASSIGN_OR_RETURN(const auto memory, environment_.files.ListNames(marker_.mapping));
  for (const storage::FolderEntry& entry : memory) {
    if (entry.name.starts_with("ring-")) rings_.push_back(storage::JoinPath(marker_.mapping, entry.name));
  }
  return core::Ok();
}

// A file that got its name before the process died, and not its line.
core::Status Remains::Adopt(const std::string& name, std::uint64_t sequence, bool recovered) {
  if (IsListed(name)) return core::Ok();
  const std::string path = storage::JoinPath(folder_, name);
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment_.files.StatIfExists(path));
  if (!there.has_value()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const std::uint64_t rows, RowsOf(path));
  SLUICE_ASSIGN_OR_RETURN(std::string sha256, storage::Sha256OfFile(environment_.files, path));
  manifest_.files.push_back({.file = name,
                             .sequence = sequence,
                             .rows = rows,
                             .bytes = there->bytes,
                             .sha256 = std::move(sha256),
                             .schema_hash = fmt::format("{:016x}", marker_.schema.Hash()),
                             .recorder = marker_.recorder,
                             .recovered = recovered,
                             .created = core::FormatTimestamp(environment_.clock.Now())});
  return WriteManifest(environment_, folder_, manifest_);
}

core::Result<std::uint64_t> Remains::RowsOf(const std::string& path) const {
  SLUICE_ASSIGN_OR_RETURN(auto file, environment_.files.OpenRandomAccess(path));
  SLUICE_ASSIGN_OR_RETURN(const auto reader, parquet::OpenParquetReader(std::move(file), path, environment_.pool));
  return static_cast<std::uint64_t>(reader->metadata()->num_rows());
}

core::Status Remains::ReadSpooled(const std::function<core::Status(std::shared_ptr<arrow::RecordBatch>)>& visit) {
  const auto schema = schema::ToArrow(marker_.schema.FileSchema());
  SLUICE_ASSIGN_OR_RETURN(const SpoolContent content,
                          ReadSpool(SpoolPath(folder_, marker_.recorder), schema,
                                    [&](const SpooledRows& rows, std::shared_ptr<arrow::RecordBatch> batch) {
                                      std::uint64_t& to = spooled_to_[rows.ring];
                                      to = std::max(to, rows.position_end);
                                      return visit(std::move(batch));
                                    }));
  spooled_file_ = content.sequence;
  return core::Ok();
}

core::Status Remains::WriteRings(LandingFile& file) {
  if (rings_.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto symbols, SymbolTable::Read(SymbolsPath(marker_.mapping)));
  std::unique_ptr<TickClock> ticks;
  if (marker_.stamps_ticks) {
    SLUICE_ASSIGN_OR_RETURN(ticks, TickClock::Read(ClockPath(marker_.mapping)));
  }
  const BlockBatch batches(marker_.schema, *symbols, ticks.get(), environment_.pool);
  const RingSpec spec{.shapes = marker_.schema.Shapes(), .schema_hash = marker_.schema.Hash()};
  for (const std::string& path : rings_) {
    SLUICE_ASSIGN_OR_RETURN(const auto ring, Ring::Attach(path, spec));
    std::uint64_t position = std::max(ring->tail(), spooled_to_[ring->ordinal()]);
    for (BlockRows block = ring->Next(position); block.begin < block.end; block = ring->Next(position)) {
      SLUICE_ASSIGN_OR_RETURN(const auto rows, batches.Make(block));
      SLUICE_TRY(file.Write(rows));
      position = block.position_end;
    }
  }
  return core::Ok();
}

core::Status Remains::WriteRows() {
  const std::string name = name_.OfRecovered(marker_.recorder);
  SLUICE_TRY(Adopt(name, manifest_.NextSequence(), true));
  if (IsListed(name)) return core::Ok();  // a recovery before this one came as far
  const bool landed = spooled_file_.has_value() && IsListed(name_.Of(*spooled_file_));
  parquet::WriteOptions options;
  SLUICE_ASSIGN_OR_RETURN(options.codec, parquet::ParseCodec(marker_.codec));
  options.metadata.emplace_back("sluice.recovered", "true");
  const LandingSpec spec{.folder = folder_, .recorder = marker_.recorder, .schema = marker_.schema, .write = options};
  SLUICE_ASSIGN_OR_RETURN(const auto file, LandingFile::Open(environment_, spec, name));
  if (!landed) SLUICE_TRY(ReadSpooled([&](const auto& rows) { return file->Write(rows); }));
  SLUICE_TRY(WriteRings(*file));
  if (file->rows() == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto published, file->Publish(manifest_.NextSequence(), true));
  found_.rows = published.rows;
  found_.file = published.file;
  manifest_.files.push_back(std::move(published));
  return WriteManifest(environment_, folder_, manifest_);
}

// The marker goes last: until then all of it is found again.
core::Status Remains::Clear() {
  storage::FileSystem& files = environment_.files;
  SLUICE_TRY(RemoveIfThere(files, SpoolPath(folder_, marker_.recorder)));
  for (const std::string& ring : rings_) SLUICE_TRY(RemoveIfThere(files, ring));
  if (!marker_.mapping.empty()) {
    SLUICE_TRY(RemoveIfThere(files, SymbolsPath(marker_.mapping)));
    SLUICE_TRY(RemoveIfThere(files, ClockPath(marker_.mapping)));
    SLUICE_TRY(RemoveIfThere(files, marker_.mapping));
  }
  return RemoveMarker(environment_, folder_, marker_.recorder);
}

core::Result<RecoveredRecorder> Remains::Recover() {
  found_.recorder = marker_.recorder;
  SLUICE_ASSIGN_OR_RETURN(name_, FileName::Parse(marker_.file_pattern, marker_.test_id, marker_.worker_id));
  SLUICE_TRY(FindRings());
  SLUICE_TRY(ReadSpooled([](const auto&) { return core::Ok(); }));
  if (spooled_file_.has_value()) SLUICE_TRY(Adopt(name_.Of(*spooled_file_), *spooled_file_, false));
  SLUICE_TRY(WriteRows());
  SLUICE_TRY(Clear());
  return std::move(found_);
}

}  // namespace

core::Result<std::vector<RecoveredRecorder>> RecoverFolder(const storage::Environment& environment,
                                                           const std::string& folder, Manifest& manifest) {
  SLUICE_ASSIGN_OR_RETURN(const auto markers, ReadMarkers(environment, folder));
  std::vector<RecoveredRecorder> recovered;
  for (const RecorderMarker& marker : markers) {  // by ULID, which is by time
    auto one = Remains(environment, folder, marker, manifest).Recover();
    if (!one.has_value()) return std::move(one).error().WithContext("while recovering recorder " + marker.recorder);
    recovered.push_back(*std::move(one));
  }
  return recovered;
}

}  // namespace sluice::recorder
