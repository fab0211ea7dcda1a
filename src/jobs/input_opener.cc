#include "jobs/input_opener.h"

#include "storage/compression.h"
#include "storage/input_stream.h"
#include "storage/spool.h"

namespace sluice::jobs {
namespace {

// Standard input that has to be read twice may take this much of the temporary folder.
constexpr std::uint64_t kSpoolBytesMax = 1024 * core::kGiB;

}  // namespace

core::Result<std::unique_ptr<storage::ByteStream>> InputOpener::Open(const std::string& path) {
  if (path == "-" && spooled_) return storage::StreamFromFile(spooled_);
  storage::InputStreamOptions options;
  SLUICE_ASSIGN_OR_RETURN(options.encoding, storage::ParseTextEncoding(settings_.encoding));
  options.inflate.ratio_max = settings_.inflate_ratio_max;
  const bool filtered = storage::CompressionOfName(path) != storage::Compression::kNone ||
                        options.encoding != storage::TextEncoding::kUtf8;
  options.read_ahead = filtered && environment_.executor.threads() > 1;
  return storage::OpenInputStream(environment_.files, path, options);
}

core::Status InputOpener::SpoolStandardInput() {
  if (spooled_) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto stream, Open("-"));
  SLUICE_ASSIGN_OR_RETURN(spooled_, storage::Spool(*stream, kSpoolBytesMax));
  return core::Ok();
}

}  // namespace sluice::jobs
