#include "sluice/sluice_recorder.h"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/recorder.h"

struct sluice_recorder {
  std::unique_ptr<sluice::RowRecorder> rows;
};

namespace sluice {
namespace {

constexpr std::size_t kColumnsOnStack = 64;

std::string& LastError() {
  static thread_local std::string error;
  return error;
}

/// Nothing may be thrown into C. `failed` is what the call gives then.
template <typename Work, typename Value>
Value Guarded(Work&& work, Value failed) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {
    try {
      LastError() = error.what();
    } catch (...) {
      LastError().clear();
    }
  }
  return failed;
}

void SetText(std::string& to, const char* text) {
  if (text != nullptr) to = text;
}

FullPolicy PolicyOf(sluice_full_policy policy) {
  switch (policy) {
    case SLUICE_FULL_DROP: return FullPolicy::kDrop;
    case SLUICE_FULL_PARK: return FullPolicy::kPark;
    case SLUICE_FULL_FAIL: return FullPolicy::kFail;
    default: return FullPolicy::kSpinThenPark;
  }
}

RecorderOptions OptionsOf(const sluice_recorder_options& from) {
  RecorderOptions options;
  SetText(options.directory, from.directory);
  SetText(options.mapping_directory, from.mapping_directory);
  SetText(options.file_pattern, from.file_pattern);
  SetText(options.codec, from.codec);
  options.survive_kill = from.survive_kill;
  options.ring_bytes_per_thread = from.ring_bytes_per_thread;
  options.threads_max = from.threads_max;
  options.when_full = PolicyOf(from.when_full);
  options.file_rows_max = from.file_rows_max;
  options.file_bytes_max = from.file_bytes_max;
  options.min_rows_for_split = from.min_rows_for_split;
  options.files_max = from.files_max;
  options.folder_bytes_max = from.folder_bytes_max;
  options.durability = from.sync_blocks ? Durability::kRowGroup : Durability::kFile;
  options.hand_over_after = std::chrono::milliseconds(from.hand_over_after_ms);
  options.rotate_after = std::chrono::milliseconds(from.rotate_after_ms);
  options.stamps = from.stamps_from_ticks ? StampClock::kTicks : StampClock::kSystem;
  return options;
}

/// "a, b" as {"a", "b"}.
std::vector<std::string> NamesOf(const char* names) {
  std::vector<std::string> split;
  std::string_view rest = names == nullptr ? "" : names;
  while (!rest.empty()) {
    std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) split.emplace_back(name);
  }
  return split;
}

RecorderSchema SchemaOf(const sluice_recorder_schema& from) {
  RecorderSchema schema{.symbols = NamesOf(from.symbols), .stamps = NamesOf(from.stamps)};
  SetText(schema.columns, from.columns);
  for (std::size_t i = 0; i < from.derived_count; ++i) {
    DerivedColumn& column = schema.derived.emplace_back();
    SetText(column.name, from.derived[i].name);
    SetText(column.value, from.derived[i].value);
    SetText(column.when, from.derived[i].when);
    SetText(column.equals, from.derived[i].equals);
  }
  return schema;
}

RecorderValue ValueOf(const sluice_value& value) {
  switch (value.kind) {
    case SLUICE_BOOL: return value.of.truth;
    case SLUICE_INT64: return value.of.integer;
    case SLUICE_DOUBLE: return value.of.number;
    case SLUICE_TEXT: return std::string_view(value.of.text.data, value.of.text.bytes);
    case SLUICE_SYMBOL: return Symbol{value.of.symbol};
    case SLUICE_DECIMAL: return Decimal<38, 0>{value.of.decimal.low, value.of.decimal.high};
    default: return {};
  }
}

/// The preset as C sees it, with the texts that it points to.
struct QueryExecution {
  QueryExecution() {
    for (const std::string& name : schema.symbols) symbols += (symbols.empty() ? "" : ",") + name;
    for (const DerivedColumn& column : schema.derived) {
      derived.push_back({column.name.c_str(), column.value.c_str(), column.when.c_str(), column.equals.c_str()});
    }
  }

  RecorderSchema schema = QueryExecutionSchema();
  std::string symbols;
  std::vector<sluice_derived_column> derived;
};

}  // namespace
}  // namespace sluice

void sluice_recorder_default_options(sluice_recorder_options* options) {
  const sluice::RecorderOptions defaults;
  *options = {.directory = nullptr,
              .test_id = nullptr,
              .worker_id = nullptr,
              .mapping_directory = nullptr,
              .file_pattern = nullptr,
              .codec = nullptr,
              .ring_bytes_per_thread = defaults.ring_bytes_per_thread,
              .file_rows_max = defaults.file_rows_max,
              .file_bytes_max = defaults.file_bytes_max,
              .rotate_after_ms = static_cast<std::uint64_t>(defaults.rotate_after.count()),
              .min_rows_for_split = defaults.min_rows_for_split,
              .files_max = defaults.files_max,
              .folder_bytes_max = defaults.folder_bytes_max,
              .hand_over_after_ms = static_cast<std::uint64_t>(defaults.hand_over_after.count()),
              .threads_max = defaults.threads_max,
              .when_full = SLUICE_FULL_SPIN_THEN_PARK,
              .survive_kill = defaults.survive_kill,
              .sync_blocks = defaults.durability == sluice::Durability::kRowGroup,
              .stamps_from_ticks = defaults.stamps == sluice::StampClock::kTicks};
}

void sluice_recorder_query_execution_schema(sluice_recorder_schema* schema) {
  static const auto* const preset = new sluice::QueryExecution();
  *schema = {.columns = preset->schema.columns.c_str(),
             .symbols = preset->symbols.c_str(),
             .stamps = nullptr,
             .derived = preset->derived.data(),
             .derived_count = preset->derived.size()};
}

sluice_recorder* sluice_recorder_open(const sluice_recorder_options* options, const sluice_recorder_schema* schema) {
  return sluice::Guarded(
      [&]() -> sluice_recorder* {
        const auto text = [](const char* given) { return given == nullptr ? "" : given; };
        auto rows = sluice::RowRecorder::Open(sluice::OptionsOf(*options), text(options->test_id),
                                              text(options->worker_id), sluice::SchemaOf(*schema));
        if (!rows.ok()) {
          sluice::LastError() = rows.error().ToString();
          return nullptr;
        }
        return new sluice_recorder{*std::move(rows)};
      },
      static_cast<sluice_recorder*>(nullptr));
}

bool sluice_recorder_append(sluice_recorder* recorder, const sluice_value* values, size_t count) {
  std::array<sluice::RecorderValue, sluice::kColumnsOnStack> row;
  if (count <= row.size()) {
    std::transform(values, values + count, row.begin(), sluice::ValueOf);
    return recorder->rows->Append(std::span(row).first(count));
  }
  return sluice::Guarded(
      [&] {
        std::vector<sluice::RecorderValue> wide(count);
        std::transform(values, values + count, wide.begin(), sluice::ValueOf);
        return recorder->rows->Append(wide);
      },
      false);
}

bool sluice_recorder_check(const sluice_recorder* recorder, const sluice_value* values, size_t count) {
  return sluice::Guarded(
      [&] {
        std::vector<sluice::RecorderValue> row(count);
        std::transform(values, values + count, row.begin(), sluice::ValueOf);
        const sluice::Status fits = recorder->rows->Check(row);
        if (!fits.ok()) sluice::LastError() = fits.error().ToString();
        return fits.ok();
      },
      false);
}

uint32_t sluice_recorder_intern(sluice_recorder* recorder, const char* text, size_t bytes) {
  return recorder->rows->Intern({text, bytes}).number;
}

void sluice_recorder_get_stats(const sluice_recorder* recorder, sluice_recorder_stats* stats) {
  *stats = {};
  sluice::Guarded(
      [&] {
        const sluice::RecorderStats now = recorder->rows->stats();
        *stats = {.total_rows = now.total_rows,
                  .buffered_rows = now.buffered_rows,
                  .files_written = now.files_written,
                  .current_file_rows = now.current_file_rows,
                  .landed = now.landed,
                  .dropped = now.dropped,
                  .cut_texts = now.cut_texts,
                  .blocked_count = now.blocked_count,
                  .blocked_ns = now.blocked_ns,
                  .high_water_bytes = now.high_water_bytes};
        return true;
      },
      false);
}

bool sluice_recorder_is_well(const sluice_recorder* recorder) {
  return sluice::Guarded(
      [&] {
        std::string error = recorder->rows->stats().last_error;
        if (error.empty()) return true;
        sluice::LastError() = std::move(error);
        return false;
      },
      false);
}

bool sluice_recorder_close(sluice_recorder* recorder, sluice_close_report* report) {
  return sluice::Guarded(
      [&] {
        const auto closed = recorder->rows->Close();
        if (!closed.ok()) {
          sluice::LastError() = closed.error().ToString();
          return false;
        }
        if (report != nullptr) *report = {closed->accepted, closed->landed, closed->dropped, closed->files};
        return true;
      },
      false);
}

void sluice_recorder_free(sluice_recorder* recorder) { delete recorder; }

const char* sluice_recorder_last_error(void) { return sluice::LastError().c_str(); }
