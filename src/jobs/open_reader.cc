#include "jobs/open_reader.h"

#include <fmt/format.h>

#include <utility>

#include "csv/reader.h"
#include "jobs/format_options.h"
#include "jobs/table_input.h"
#include "json/reader.h"
#include "parquet/reader.h"
#include "textlog/reader.h"

namespace sluice::jobs {
namespace {

using columns::RowReader;
using ReaderResult = core::Result<std::unique_ptr<RowReader>>;

template <typename Reader>
ReaderResult Upcast(core::Result<std::unique_ptr<Reader>> reader) {
  if (!reader) return std::move(reader).error();
  return std::unique_ptr<RowReader>(*std::move(reader));
}

}  // namespace

core::Result<InputFormat> FormatFor(const std::string& path, const ReadSettings& read) {
  if (read.format && !IsTable(path)) return *read.format;
  return InputFormatOf(path);
}

ReaderResult OpenReader(const std::string& path, const PlanSettings& settings, const Environment& environment,
                        InputOpener& opener) {
  SLUICE_ASSIGN_OR_RETURN(const InputFormat format, FormatFor(path, settings.read));
  if (format == InputFormat::kDelta) return OpenTableReader(path, settings, environment);
  if (format == InputFormat::kParquet) {
    SLUICE_ASSIGN_OR_RETURN(auto file, environment.files.OpenRandomAccess(path));
    return Upcast(parquet::Reader::Open(std::move(file), path, settings.spec, environment.executor,
                                        environment.cancellation, environment.pool));
  }
  SLUICE_ASSIGN_OR_RETURN(auto stream, opener.Open(path));
  const schema::TableSpec& spec = settings.spec;
  const Environment& world = environment;
  switch (format) {
    case InputFormat::kCsv:
    case InputFormat::kTsv:
      return Upcast(csv::Reader::Open(std::move(stream), path, CsvOptionsOf(settings.read, format), spec,
                                      world.executor, world.cancellation, world.pool));
    case InputFormat::kJson:
    case InputFormat::kNdjson:
      return Upcast(json::Reader::Open(std::move(stream), path, JsonOptionsOf(settings.read, format, settings.inferred),
                                       spec, world.executor, world.cancellation, world.pool));
    case InputFormat::kText:
      return Upcast(textlog::Reader::Open(std::move(stream), path, TextlogOptionsOf(settings.read), spec,
                                          world.executor, world.cancellation, world.pool));
    case InputFormat::kParquet:
    case InputFormat::kDelta: break;
  }
  return core::Internal(fmt::format("{}: no reader for its format", path));
}

}  // namespace sluice::jobs
