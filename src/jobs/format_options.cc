#include "jobs/format_options.h"

namespace sluice::jobs {

csv::CsvOptions CsvOptionsOf(const ReadSettings& read, InputFormat format) {
  csv::CsvOptions options;
  options.delimiter = read.delimiter;
  if (!options.delimiter && format == InputFormat::kTsv) options.delimiter = '\t';
  options.quote = read.quote;
  options.escape = read.escape;
  if (read.header) options.header = *read.header ? csv::HeaderMode::kYes : csv::HeaderMode::kNo;
  options.null_texts = read.null_texts;
  options.field_bytes_max = read.field_bytes_max;
  options.record_bytes_max = read.record_bytes_max;
  options.columns_max = read.columns_max;
  if (read.chunk_bytes > 0) options.chunk_bytes = read.chunk_bytes;
  return options;
}

json::JsonOptions JsonOptionsOf(const ReadSettings& read, InputFormat format, bool inferred) {
  json::JsonOptions options;
  options.layout = format == InputFormat::kNdjson ? json::Layout::kLines : json::Layout::kAuto;
  options.record_bytes_max = read.record_bytes_max;
  options.columns_max = read.columns_max;
  options.text_takes_any_value = inferred;
  if (read.chunk_bytes > 0) options.chunk_bytes = read.chunk_bytes;
  return options;
}

textlog::TextlogOptions TextlogOptionsOf(const ReadSettings& read) {
  textlog::TextlogOptions options;
  options.record_bytes_max = read.record_bytes_max;
  if (read.chunk_bytes > 0) options.chunk_bytes = read.chunk_bytes;
  return options;
}

}  // namespace sluice::jobs
