#include "recorder/recovery.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/file_reader.h>

#include <algorithm>
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
  bool IsListed(const std::string& name) const;
  core::Status Adopt(const std::string& name, std::uint64_t sequence, bool recovered);
  core::Result<std::uint64_t> RowsOf(const std::string& path) const;
  core::Status WriteRows();
  core::Status WriteSpool(LandingFile& file);
  core::Status WriteRings(LandingFile& file);
  core::Result<std::vector<std::unique_ptr<Ring>>> Rings() const;
  core::Status Close();

  const storage::Environment& environment_;
  const std::string& folder_;
  const RecorderMarker& marker_;
  Manifest& manifest_;
  FileName name_;
  std::optional<std::uint64_t> spooled_file_;          // the sequence of the file that the spool is for
  std::map<std::uint32_t, std::uint64_t> spooled_to_;  // by ring
  RecoveredRecorder found_;
};

bool Remains::IsListed(const std::string& name) const {
  return std::ranges::any_of(manifest_.files, [&](const ManifestFile& file) { return file.file == name; });
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

core::Status Remains::WriteSpool(LandingFile& file) {
  const bool landed = spooled_file_.has_value() && IsListed(name_.Of(*spooled_file_));
  return ReadSpool(SpoolPath(folder_, marker_.recorder), schema::ToArrow(marker_.schema.FileSchema()),
                   [&](const SpooledRows& rows, std::shared_ptr<arrow::RecordBatch> batch) {
                     std::uint64_t& to = spooled_to_[rows.ring];
                     to = std::max(to, rows.position_end);
                     return landed ? core::Ok() : file.Write(batch);
                   });
}

core::Result<std::vector<std::unique_ptr<Ring>>> Remains::Rings() const {
  SLUICE_ASSIGN_OR_RETURN(const auto memory, ListMemory(environment_.files, marker_));
  const RingSpec spec{.shapes = marker_.schema.Shapes(), .schema_hash = marker_.schema.Hash()};
  std::vector<std::unique_ptr<Ring>> rings;
  for (const std::string& path : memory) {
    if (!IsRingPath(path)) break;
    SLUICE_ASSIGN_OR_RETURN(auto ring, Ring::Attach(path, spec));
    rings.push_back(std::move(ring));
  }
  return rings;
}

core::Status Remains::WriteRings(LandingFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const auto rings, Rings());
  if (rings.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto symbols, SymbolTable::Read(SymbolsPath(marker_.mapping)));
  std::unique_ptr<TickClock> ticks;
  if (marker_.stamps_ticks) {
    SLUICE_ASSIGN_OR_RETURN(ticks, TickClock::Read(ClockPath(marker_.mapping)));
  }
  const BlockBatch batches(marker_.schema, *symbols, ticks.get(), environment_.pool);
  for (const auto& ring : rings) {
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
  parquet::WriteOptions options;
  SLUICE_ASSIGN_OR_RETURN(options.codec, parquet::ParseCodec(marker_.codec));
  options.metadata.emplace_back("sluice.recovered", "true");
  const LandingSpec spec{.folder = folder_, .recorder = marker_.recorder, .schema = marker_.schema, .write = options};
  SLUICE_ASSIGN_OR_RETURN(const auto file, LandingFile::Open(environment_, spec, name));
  SLUICE_TRY(WriteSpool(*file));
  SLUICE_TRY(WriteRings(*file));
  if (file->rows() == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto published, file->Publish(manifest_.NextSequence(), true));
  found_.rows = published.rows;
  found_.file = published.file;
  manifest_.files.push_back(std::move(published));
  return WriteManifest(environment_, folder_, manifest_);
}

// Nothing more comes from it: a load need not wait for a Close that nobody will call.
core::Status Remains::Close() {
  if (std::ranges::find(manifest_.closes, marker_.recorder, &ManifestClose::recorder) != manifest_.closes.end()) {
    return core::Ok();
  }
  ManifestClose close{.recorder = marker_.recorder};
  for (const ManifestFile& file : manifest_.files) {
    if (file.recorder != marker_.recorder) continue;
    ++close.files;
    close.landed += file.rows;
    if (file.recovered) close.recovered += file.rows;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto rings, Rings());
  for (const auto& ring : rings) {
    close.dropped += ring->counts().refused;
    close.blocked_ns += ring->counts().blocked_ns;
  }
  close.accepted = close.landed + close.dropped;
  manifest_.closes.push_back(close);
  return WriteManifest(environment_, folder_, manifest_);
}

core::Result<RecoveredRecorder> Remains::Recover() {
  found_.recorder = marker_.recorder;
  SLUICE_ASSIGN_OR_RETURN(name_, FileName::Parse(marker_.file_pattern, marker_.test_id, marker_.worker_id));
  SLUICE_ASSIGN_OR_RETURN(spooled_file_, SequenceOfSpool(SpoolPath(folder_, marker_.recorder)));
  if (spooled_file_.has_value()) SLUICE_TRY(Adopt(name_.Of(*spooled_file_), *spooled_file_, false));
  SLUICE_TRY(WriteRows());
  SLUICE_TRY(Close());
  SLUICE_TRY(RemoveRemains(environment_.files, folder_, marker_));
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
