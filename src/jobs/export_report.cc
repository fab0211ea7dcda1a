#include "jobs/export_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/byte_size.h"

namespace sluice::jobs {
namespace {

using core::FormatByteSizeRounded;
using core::FormatCount;

constexpr std::array<std::string_view, 4> kLevelNames{"DEBUG", "INFO", "WARN", "ERROR"};

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      line += c;
    }
  }
  return line;
}

std::uint64_t Kilobytes(std::uint64_t bytes) { return (bytes + 512) / 1024; }

std::string Dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::string ExportLines::Line(std::string_view symbol, std::string_view ascii, std::string_view text) const {
  return fmt::format("{} {}", utf8_ ? symbol : ascii, OneLine(text));
}

std::string ExportLines::Found(std::string_view file, std::uint64_t bytes) const {
  return Line("✓", "+", fmt::format("Found {} ({})", file, FormatByteSizeRounded(bytes)));
}

std::string ExportLines::WouldCreate(std::string_view file) const {
  return Line("→", ">", fmt::format("Would create {}", file));
}

std::string ExportLines::DryRun() const { return "DRY RUN - no files written"; }

std::string ExportLines::Parsed(std::uint64_t rows, std::string_view file) const {
  return Line("✓", "+", fmt::format("Parsed {} rows from {}", FormatCount(rows), file));
}

std::string ExportLines::Wrote(std::string_view path, std::uint64_t bytes) const {
  return Line("✓", "+", fmt::format("Wrote {} ({})", path, FormatByteSizeRounded(bytes)));
}

std::string ExportLines::Compression(std::uint64_t bytes_read, std::uint64_t bytes_written) const {
  const double percent = ReductionPercent(bytes_read, bytes_written);
  return Line(
      "✓", "+",
      fmt::format("Compression: {} {} {} ({:.1f}% {})", FormatByteSizeRounded(bytes_read), utf8_ ? "→" : ">",
                  FormatByteSizeRounded(bytes_written), std::abs(percent), percent < 0 ? "growth" : "reduction"));
}

std::string ExportLines::SchemaValidated() const { return Line("✓", "+", "Schema validated"); }

std::string ExportLines::Skipped(std::string_view file) const {
  return Line("⊘", "-", fmt::format("{} already exists, skipping", file));
}

std::string ExportLines::Complete(std::uint64_t files) const {
  return Line("✓", "+", fmt::format("Export complete ({} new {})", FormatCount(files), files == 1 ? "file" : "files"));
}

std::string ExportLines::Rejected(std::uint64_t rows, std::string_view path) const {
  return Warning(fmt::format("{} {} rejected, see {}", FormatCount(rows), rows == 1 ? "row" : "rows", path));
}

std::string ExportLines::Warning(std::string_view text) const { return Line("!", "!", text); }

std::string ExportLines::Failed(std::string_view job, std::string_view date, std::string_view text) const {
  std::string where = fmt::format("{}{}{}", job, job.empty() || date.empty() ? "" : " ", date);
  return Line("✗", "!", where.empty() ? std::string(text) : where + ": " + std::string(text));
}

std::string LogLine(core::Timestamp time, LogLevel level, std::string_view text) {
  return fmt::format("[{}] [{}] {}", core::FormatTimestamp(time), kLevelNames[static_cast<std::size_t>(level)],
                     OneLine(text));
}

std::string ExportLogText(const ExportLogEntry& entry) {
  return fmt::format("export:{} file={} rows={} compressed_kb={} ratio={:.1f}%", entry.target, entry.file, entry.rows,
                     Kilobytes(entry.bytes_written), ReductionPercent(entry.bytes_read, entry.bytes_written));
}

std::string LogLineJson(core::Timestamp time, LogLevel level, std::string_view text) {
  return Dump({{"time", core::FormatTimestamp(time)},
               {"level", kLevelNames[static_cast<std::size_t>(level)]},
               {"message", text}});
}

std::string ExportLogJson(core::Timestamp time, const ExportLogEntry& entry) {
  const double ratio = ReductionPercent(entry.bytes_read, entry.bytes_written);
  return Dump({{"time", core::FormatTimestamp(time)},
               {"level", "INFO"},
               {"event", fmt::format("export:{}", entry.target)},
               {"file", entry.file},
               {"rows", entry.rows},
               {"compressed_kb", Kilobytes(entry.bytes_written)},
               {"ratio", std::round(ratio * 10) / 10}});
}

double ReductionPercent(std::uint64_t bytes_read, std::uint64_t bytes_written) {
  if (bytes_read == 0) return 0;
  return 100.0 * (1.0 - static_cast<double>(bytes_written) / static_cast<double>(bytes_read));
}

}  // namespace sluice::jobs
