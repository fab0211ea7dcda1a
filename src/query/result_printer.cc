#include "query/result_printer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "core/byte_size.h"
#include "core/suggestion.h"
#include "query/scalar_text.h"
#include "query/text_width.h"

namespace sluice::query {
namespace {

constexpr std::size_t kPieceBytes = 64 * core::kKiB;

struct FormatName {
  std::string_view name;
  RowFormat format;
};
constexpr std::array kFormatNames = {FormatName{"text", RowFormat::kText}, FormatName{"json", RowFormat::kJson},
                                     FormatName{"jsonl", RowFormat::kJsonl}, FormatName{"csv", RowFormat::kCsv},
                                     FormatName{"md", RowFormat::kMd}};

/// One format: what comes before, for each row, and after.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void Begin(const QueryResult& result, std::string& out) = 0;
  virtual void Row(const QueryResult& result, std::string& out) = 0;
  virtual void End(const PrintedRows& rows, std::string& out) = 0;
};

class JsonWriter final : public RowWriter {
 public:
  explicit JsonWriter(bool array) : array_(array) {}

  void Begin(const QueryResult& result, std::string& out) override {
    for (const ResultColumn& column : result.columns()) {
      std::string key = keys_.empty() ? "{" : ",";
      AppendJsonText(column.name, key);
      keys_.push_back(key + ":");
    }
    if (array_) out += "[";
  }
  void Row(const QueryResult& result, std::string& out) override {
    if (array_) out += first_ ? "\n" : ",\n";
    first_ = false;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      out += keys_[i];
      result.AppendJson(i, out);
    }
    out += array_ ? "}" : "}\n";
  }
  void End(const PrintedRows& /*rows*/, std::string& out) override {
    if (array_) out += first_ ? "]\n" : "\n]\n";
  }

 private:
  bool array_;
  bool first_ = true;
  std::vector<std::string> keys_;  // `{"a":`, `,"b":`
};

class CsvWriter final : public RowWriter {
 public:
  void Begin(const QueryResult& result, std::string& out) override {
    std::string_view separator;
    for (const ResultColumn& column : result.columns()) {
      out += std::exchange(separator, ",");
      AppendField(column.name, out);
    }
    out += '\n';
  }
  void Row(const QueryResult& result, std::string& out) override {
    for (std::size_t i = 0; i < result.columns().size(); ++i) {
      if (i > 0) out += ',';
      if (!result.is_null(i)) AppendField(result.Text(i), out);
    }
    out += '\n';
  }
  void End(const PrintedRows& /*rows*/, std::string& /*out*/) override {}

 private:
  static void AppendField(std::string_view text, std::string& out) {
    const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos &&
                       text.front() != ' ' && text.back() != ' ';
    if (plain) {
      out += text;
      return;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
};

class MdWriter final : public RowWriter {
 public:
  void Begin(const QueryResult& result, std::string& out) override {
    std::string rule = "|";
    out += '|';
    for (const ResultColumn& column : result.columns()) {
      AppendCell(column.name, out);
      rule += column.number ? " ---: |" : " --- |";
    }
    out += "\n" + rule + "\n";
  }
  void Row(const QueryResult& result, std::string& out) override {
    out += '|';
    for (std::size_t i = 0; i < result.columns().size(); ++i) AppendCell(result.Text(i), out);
    out += '\n';
  }
  void End(const PrintedRows& /*rows*/, std::string& /*out*/) override {}

 private:
  static void AppendCell(std::string_view text, std::string& out) {
    out += ' ';
    for (const char c : text) {
      switch (c) {
        case '|': out += "\\|"; break;
        case '\\': out += "\\\\"; break;
        case '<': out += "&lt;"; break;
        case '\n': out += "<br>"; break;
        case '\r': break;
        default: out += c;
      }
    }
    out += " |";
  }
};

class TextWriter final : public RowWriter {
 public:
  void Begin(const QueryResult& result, std::string& /*out*/) override {
    for (const ResultColumn& column : result.columns()) {
      numbers_.push_back(column.number);
      cells_.push_back(OneLine(column.name));
    }
  }
  void Row(const QueryResult& result, std::string& /*out*/) override {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      cells_.push_back(result.is_null(i) ? "NULL" : OneLine(result.Text(i)));
    }
  }
  void End(const PrintedRows& rows, std::string& out) override {
    const std::size_t columns = numbers_.size();
    std::vector<std::size_t> widths(columns, 1);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      widths[i % columns] = std::max(widths[i % columns], DisplayWidth(cells_[i]));
    }
    for (std::size_t row = 0; row * columns < cells_.size(); ++row) {
      AppendLine(row * columns, widths, out);
      if (row == 0) AppendRule(widths, out);
    }
    out += "(" + core::FormatCount(rows.printed);
    if (rows.total > rows.printed) out += " of " + core::FormatCount(rows.total);
    out += rows.total == 1 ? " row)\n" : " rows)\n";
  }

 private:
  void AppendLine(std::size_t begin, const std::vector<std::size_t>& widths, std::string& out) const {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = cells_[begin + i];
      const std::string blanks(widths[i] - DisplayWidth(cell), ' ');
      if (i > 0) line += "  ";
      line += numbers_[i] ? blanks + cell : cell + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  static void AppendRule(const std::vector<std::size_t>& widths, std::string& out) {
    for (std::size_t i = 0; i < widths.size(); ++i) out += (i > 0 ? "  " : "") + std::string(widths[i], '-');
    out += '\n';
  }

  std::vector<bool> numbers_;
  std::vector<std::string> cells_;  // row by row, the header first
};

std::unique_ptr<RowWriter> NewWriter(RowFormat format) {
  switch (format) {
    case RowFormat::kText: return std::make_unique<TextWriter>();
    case RowFormat::kJson: return std::make_unique<JsonWriter>(true);
    case RowFormat::kJsonl: return std::make_unique<JsonWriter>(false);
    case RowFormat::kCsv: return std::make_unique<CsvWriter>();
    case RowFormat::kMd: return std::make_unique<MdWriter>();
  }
  return std::make_unique<TextWriter>();
}

}  // namespace

core::Result<RowFormat> ParseRowFormat(std::string_view name) {
  std::vector<std::string> known;
  for (const FormatName& entry : kFormatNames) {
    if (entry.name == name) return entry.format;
    known.emplace_back(entry.name);
  }
  const std::string nearest = core::NearestName(name, known);
  return core::UsageError("unknown output format '" + std::string(name) + "'")
      .WithHint((nearest.empty() ? "" : "did you mean " + nearest + "? ") + "known are text, json, jsonl, csv and md");
}

core::Result<PrintedRows> PrintRows(QueryResult& result, const PrintOptions& options, const Sink& sink) {
  const std::unique_ptr<RowWriter> writer = NewWriter(options.format);
  PrintedRows rows;
  std::string out;
  writer->Begin(result, out);
  while ((options.rows_max == 0 || rows.printed < options.rows_max) && result.Next()) {
    writer->Row(result, out);
    ++rows.printed;
    if (out.size() < kPieceBytes) continue;
    SLUICE_TRY(sink(out));
    out.clear();
  }
  rows.total = rows.printed + result.SkipRest();
  writer->End(rows, out);
  SLUICE_TRY(sink(out));
  return rows;
}

}  // namespace sluice::query
