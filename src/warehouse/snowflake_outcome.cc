#include "warehouse/snowflake_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/ascii.h"

namespace sluice::warehouse {

using snowflake::QueryResult;

namespace {

std::string LastSegment(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The service folds the case of some names.
bool IsNameOf(const std::string& path, const LoadFile& file) {
  return core::LowerAscii(LastSegment(path)) == core::LowerAscii(file.unique_name);
}

/// "Partially loaded" and "PARTIALLY_LOADED" are one: pages and answers differ.
std::string StatusAt(const QueryResult& result, std::size_t row) {
  std::string status = core::LowerAscii(result.Text(row, "status").value_or(""));
  std::ranges::replace(status, ' ', '_');
  return status;
}

std::optional<std::size_t> RowOf(const QueryResult& result, const char* column, const LoadFile& file) {
  for (std::size_t row = result.rows().size(); row-- > 0;) {
    if (IsNameOf(result.Text(row, column).value_or(""), file)) return row;
  }
  return std::nullopt;
}

bool SaysNotFound(const std::string& text) { return text.find("was not found") != std::string::npos; }

/// A row with counts of what was read and what went in.
FileOutcome OutcomeOfCounts(const std::string& status, std::optional<std::uint64_t> loaded,
                            std::optional<std::uint64_t> parsed, std::string reason) {
  const bool whole = status == "loaded";
  if ((!whole && status != "partially_loaded") || !loaded || !parsed || *loaded > *parsed) {
    return {.fate = FileFate::kUnknown, .reason = fmt::format("its row says '{}'", status)};
  }
  return {.fate = FileFate::kLoaded, .rows = *loaded, .rows_rejected = *parsed - *loaded, .reason = std::move(reason)};
}

std::string FirstError(const QueryResult& result, std::size_t row) {
  std::string text = result.Text(row, "first_error").value_or("");
  for (const auto& [column, word] :
       {std::pair("first_error_line", "line"), std::pair("first_error_character", "character"),
        std::pair("first_error_column_name", "column")}) {
    if (const auto value = result.Text(row, column)) text += fmt::format(", {} {}", word, *value);
  }
  return text;
}

FileOutcome OutcomeOfRow(const QueryResult& result, std::size_t row) {
  const std::string status = StatusAt(result, row);
  const std::string error = FirstError(result, row);
  FileOutcome outcome;
  if (status == "load_failed") {
    outcome = {.fate = SaysNotFound(error) ? FileFate::kNotStaged : FileFate::kFailed, .reason = error};
  } else {
    outcome = OutcomeOfCounts(status, result.Number(row, "rows_loaded"), result.Number(row, "rows_parsed"), error);
  }
  outcome.query_id = result.query_id();
  return outcome;
}

}  // namespace

std::vector<FileOutcome> OutcomesOfCopy(const QueryResult& result, std::span<const LoadFile> files) {
  std::vector<FileOutcome> outcomes;
  for (const LoadFile& file : files) {
    const auto row = RowOf(result, "file", file);
    if (row) {
      outcomes.push_back(OutcomeOfRow(result, *row));
    } else {
      const std::string said = result.rows().empty() ? "" : result.Text(0, "status").value_or("");
      outcomes.push_back({.fate = FileFate::kUnknown,
                          .query_id = result.query_id(),
                          .reason = fmt::format("COPY has no row for it{}{}", said.empty() ? "" : ": ", said)});
    }
  }
  return outcomes;
}

core::Result<std::vector<FileOutcome>> OutcomesOfRefusal(const core::Error& error, std::span<const LoadFile> files) {
  const bool of_a_file = error.kind() == core::ErrorKind::kInvalidInput || error.kind() == core::ErrorKind::kNotFound;
  const std::string said = core::LowerAscii(error.message());
  const auto named = std::ranges::find_if(
      files, [&](const LoadFile& file) { return said.find(core::LowerAscii(file.unique_name)) != std::string::npos; });
  if (!of_a_file || named == files.end()) return error;
  const FileFate fate = SaysNotFound(error.message()) ? FileFate::kNotStaged : FileFate::kFailed;
  std::vector<FileOutcome> outcomes;
  for (const LoadFile& file : files) {
    const bool it_is = &file == &*named;
    outcomes.push_back({.fate = it_is ? fate : FileFate::kNotLoaded,
                        .reason = it_is ? error.message() : "another file of its statement failed"});
  }
  return outcomes;
}

std::vector<FileOutcome> OutcomesOfHistory(const QueryResult& history, std::span<const LoadFile> files) {
  std::vector<FileOutcome> outcomes;
  for (const LoadFile& file : files) {
    const auto row = RowOf(history, "file_name", file);
    if (!row) {
      outcomes.push_back({.fate = FileFate::kUnknown});
      continue;
    }
    const std::string status = StatusAt(history, *row);
    std::string error = history.Text(*row, "first_error_message").value_or("");
    if (status == "load_failed") {
      outcomes.push_back({.fate = FileFate::kNotLoaded, .reason = std::move(error)});
    } else {
      outcomes.push_back(OutcomeOfCounts(status, history.Number(*row, "row_count"), history.Number(*row, "row_parsed"),
                                         std::move(error)));
    }
  }
  return outcomes;
}

}  // namespace sluice::warehouse
