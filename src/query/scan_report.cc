#include "query/scan_report.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/byte_size.h"
#include "query/sql_text.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;

std::uint64_t ParseCount(std::string_view text) {
  std::uint64_t count = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

// DuckDB gives a text, or a list of texts when there are several.
std::vector<std::string> Texts(const Json& info, const char* key) {
  std::vector<std::string> texts;
  const auto found = info.find(key);
  if (found == info.end()) return texts;
  if (found->is_string()) texts.push_back(found->get<std::string>());
  if (found->is_array()) {
    for (const Json& text : *found) {
      if (text.is_string()) texts.push_back(text.get<std::string>());
    }
  }
  return texts;
}

std::string JoinedText(const Json& info, const char* key) {
  std::string joined;
  for (const std::string& text : Texts(info, key)) joined += (joined.empty() ? "" : " AND ") + text;
  return joined;
}

template <typename Number>
Number NumberAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<Number>() : Number{};
}

// The first of two names that is there: DuckDB 2.0 renamed what 1.x gave.
template <typename Number>
Number NumberAt(const Json& json, const char* key, const char* later_key) {
  return json.contains(key) ? NumberAt<Number>(json, key) : NumberAt<Number>(json, later_key);
}

FileScan ReadScan(const Json& node, const Json& info) {
  FileScan scan;
  scan.reader = JoinedText(info, "Function");
  scan.file_filters = JoinedText(info, "File Filters");
  scan.row_filters = JoinedText(info, "Filters");
  scan.rows_scanned = NumberAt<std::uint64_t>(node, "operator_rows_scanned", "rows_scanned");
  scan.row_groups_read = NumberAt<std::uint64_t>(node, "row_groups_scanned");
  scan.row_groups_total = NumberAt<std::uint64_t>(node, "total_row_groups_to_scan");
  scan.files_read = ParseCount(JoinedText(info, "Total Files Read"));
  scan.files_total = scan.files_read;
  // "1/3": left after the folder names, of all. Not there when no file filter applied.
  const std::string scanning = JoinedText(info, "Scanning Files");
  const std::size_t slash = scanning.find('/');
  if (slash != std::string::npos) scan.files_total = ParseCount(std::string_view(scanning).substr(slash + 1));
  scan.paths_read = Texts(info, "Filename(s)");
  return scan;
}

void Collect(const Json& node, ScanReport& report) {
  const auto info = node.find("extra_info");
  if (info != node.end() && info->is_object() && info->contains("Total Files Read")) {
    report.scans.push_back(ReadScan(node, *info));
  }
  // The tree hangs under "operator" in 2.0, and below that under "children" in all versions.
  for (const char* key : {"children", "operator"}) {
    const auto children = node.find(key);
    if (children == node.end() || !children->is_array()) continue;
    for (const Json& child : *children) {
      if (child.is_object()) Collect(child, report);
    }
  }
}

}  // namespace

core::Result<ScanReport> ReportScans(Session& session, const std::string& sql) {
  const std::string_view inner = StartsWithWord(sql, "EXPLAIN") ? ExplainedStatement(sql) : std::string_view(sql);
  SLUICE_ASSIGN_OR_RETURN(QueryResult result, session.Query("EXPLAIN (ANALYZE, FORMAT JSON) " + std::string(inner)));
  std::string plan;
  while (result.Next()) plan = result.Text(result.columns().size() - 1);
  const Json json = Json::parse(plan, nullptr, false);
  if (!json.is_object()) return core::Unsupported("this version of DuckDB explains itself in another form");
  ScanReport report;
  const Json& io = json.contains("io") ? json["io"] : json;
  const Json& query = json.contains("query") ? json["query"] : json;
  report.bytes_read = NumberAt<std::uint64_t>(io, "total_bytes_read");
  report.seconds = NumberAt<double>(query, "latency", "total_time");
  Collect(json, report);
  return report;
}

std::string FormatScanReport(const ScanReport& report) {
  std::string text;
  for (const FileScan& scan : report.scans) {
    text += fmt::format("{}: {} of {} files read, {} rows scanned\n", scan.reader, core::FormatCount(scan.files_read),
                        core::FormatCount(scan.files_total), core::FormatCount(scan.rows_scanned));
    if (scan.files_total > scan.files_read) {
      text += fmt::format("  skipped {} files by their folder names: {}\n",
                          core::FormatCount(scan.files_total - scan.files_read), scan.file_filters);
    }
    if (!scan.row_filters.empty()) {
      text += fmt::format("  row groups and rows compared with: {}\n", scan.row_filters);
    }
    if (scan.row_groups_total > scan.row_groups_read) {
      text += fmt::format("  skipped {} of {} row groups by their statistics\n",
                          core::FormatCount(scan.row_groups_total - scan.row_groups_read),
                          core::FormatCount(scan.row_groups_total));
    }
    for (const std::string& path : scan.paths_read) text += "  read " + path + "\n";
  }
  if (report.scans.empty()) text = "no files were read\n";
  if (report.bytes_read == 0) return text;
  return text + fmt::format("{} read in {:.3f} s\n", core::FormatByteSizeRounded(report.bytes_read), report.seconds);
}

}  // namespace sluice::query
