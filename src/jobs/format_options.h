#pragma once

#include "csv/csv_options.h"
#include "jobs/read_settings.h"
#include "json/json_options.h"
#include "textlog/textlog_options.h"

namespace sluice::jobs {

// The read settings as each format's room wants them.
csv::CsvOptions CsvOptionsOf(const ReadSettings& read, InputFormat format);
/// `inferred`: the schema was found by looking at the input.
json::JsonOptions JsonOptionsOf(const ReadSettings& read, InputFormat format, bool inferred);
textlog::TextlogOptions TextlogOptionsOf(const ReadSettings& read);

}  // namespace sluice::jobs
