#include "textlog/line_parser.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "columns/row_removal.h"
#include "columns/utf8.h"
#include "schema/arrow_mapping.h"
#include "textlog/pairs.h"

namespace sluice::textlog {

namespace {

/// Rows whose texts are gathered before they go to the builders column by column.
constexpr std::size_t kTileRows = 1024;

bool Takes(const schema::ColumnSpec& column, const schema::TableSpec& spec, const std::string& group) {
  if (column.value) return false;
  if (group == (column.from.empty() ? column.field.name : column.from)) return true;
  return std::find(spec.renames.begin(), spec.renames.end(), std::pair(group, column.field.name)) != spec.renames.end();
}

}  // namespace

core::Result<ColumnGroups> ColumnGroups::Make(const schema::TableSpec& spec, const PatternSet& patterns) {
  ColumnGroups groups;
  groups.of_column.resize(spec.columns.size());
  for (std::size_t g = 0; g < patterns.groups().size(); ++g) {
    const std::string& name = patterns.groups()[g];
    bool taken = spec.extra == schema::ExtraColumns::kIgnore;
    for (std::size_t c = 0; c < spec.columns.size(); ++c) {
      if (!Takes(spec.columns[c], spec, name)) continue;
      groups.of_column[c].push_back(g);
      taken = true;
    }
    if (!taken) {
      return core::ConfigurationError(
                 fmt::format("group '{}' of pattern {} has no column", name, patterns.PatternOf(name)))
          .WithHint(fmt::format("add a field '{0}', give one `from: {0}`, or say `extra: ignore`", name));
    }
  }
  return groups;
}

LineParser::LineParser(const schema::TableSpec& spec, const PatternSet& patterns, const ColumnGroups& groups,
                       const std::string& source, arrow::MemoryPool* pool)
    : spec_(spec),
      patterns_(patterns),
      groups_(groups),
      source_(source),
      pool_(pool),
      schema_(schema::ToArrow(spec.ToSchema())),
      captured_(patterns.groups().size()),
      texts_(spec.columns.size()) {}

core::Result<std::unique_ptr<LineParser>> LineParser::Make(const schema::TableSpec& spec, const PatternSet& patterns,
                                                           const ColumnGroups& groups, const std::string& source,
                                                           arrow::MemoryPool* pool) {
  std::unique_ptr<LineParser> parser(new LineParser(spec, patterns, groups, source, pool));
  for (const schema::ColumnSpec& column : spec.columns) {
    if (column.field.type.nested()) {
      return core::ConfigurationError("column '" + column.field.name + "': a text input has no lists, structs or maps")
          .WithHint("declare the column as json or string");
    }
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<columns::ScalarBuilder> builder, columns::MakeScalarBuilder(column, pool));
    parser->builders_.push_back(std::move(builder));
    parser->constants_.push_back(column.value ? *column.value + std::string(columns::kTextPadding, '\0') : "");
  }
  return parser;
}

std::string_view LineParser::TextOf(std::size_t column) {
  const std::string& constant = constants_[column];
  if (!constant.empty()) return {constant.data(), constant.size() - columns::kTextPadding};
  std::string_view text;
  for (const std::size_t group : groups_.of_column[column]) {
    if (text.data() == nullptr) text = captured_[group];
  }
  const bool json = spec_.columns[column].field.type.kind == schema::TypeKind::kJson;
  if (!json || text.data() == nullptr) return text;
  if (std::optional<std::string> object = PairsToJson(text)) {
    const std::size_t size = object->size();
    converted_.push_back(*std::move(object) + std::string(columns::kTextPadding, '\0'));
    return {converted_.back().data(), size};
  }
  return text;
}

core::Status LineParser::Take(const columns::TextChunk& chunk, const columns::RecordSpan& line) {
  const std::string_view text = chunk.text().substr(line.begin, line.end - line.begin);
  if (!patterns_.Match(text, submatches_, captured_)) {
    const bool readable = columns::IsUtf8(text);
    rejects_.push_back(
        columns::RejectOf(chunk, line, source_, "", readable ? "no pattern matches" : "not valid UTF-8"));
    return core::Ok();
  }
  for (std::size_t column = 0; column < texts_.size(); ++column) texts_[column].push_back(TextOf(column));
  tile_.push_back(line);
  return tile_.size() == kTileRows ? Flush(chunk) : core::Ok();
}

core::Status LineParser::Flush(const columns::TextChunk& chunk) {
  std::vector<std::uint8_t> removed(tile_.size(), 0);
  std::vector<columns::Fault> faults(tile_.size());
  for (std::size_t column = 0; column < texts_.size(); ++column) {
    SLUICE_TRY(builders_[column]->Reserve(tile_.size()));
    std::fill(faults.begin(), faults.end(), columns::Fault::kNone);
    const std::size_t count = builders_[column]->Append(texts_[column], faults.data());
    texts_[column].clear();
    for (std::size_t row = 0; count > 0 && row < tile_.size(); ++row) {
      if (faults[row] == columns::Fault::kNone || removed[row] != 0) continue;
      removed[row] = 1;
      const schema::ColumnSpec& spec = spec_.columns[column];
      rejects_.push_back(
          columns::RejectOf(chunk, tile_[row], source_, spec.field.name, columns::FaultReason(faults[row], spec)));
    }
  }
  removed_.insert(removed_.end(), removed.begin(), removed.end());
  tile_.clear();
  converted_.clear();
  return core::Ok();
}

core::Result<std::shared_ptr<arrow::RecordBatch>> LineParser::Finish() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const std::unique_ptr<columns::ScalarBuilder>& builder : builders_) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> array, builder->Finish());
    arrays.push_back(std::move(array));
  }
  const auto rows = static_cast<std::int64_t>(removed_.size());
  return columns::RemoveRows(arrow::RecordBatch::Make(schema_, rows, std::move(arrays)), std::exchange(removed_, {}),
                             pool_);
}

core::Result<columns::ParsedChunk> LineParser::Parse(const columns::TextChunk& chunk) {
  if (chunk.oversized_bytes > 0) {
    rejects_.push_back(columns::RejectOf(chunk, chunk.records.front(), source_, "", "a line longer than the limit"));
  } else {
    for (const columns::RecordSpan& line : chunk.records) SLUICE_TRY(Take(chunk, line));
  }
  SLUICE_TRY(Flush(chunk));
  columns::ParsedChunk parsed;
  parsed.lines = chunk.lines;
  parsed.stored_bytes_read = chunk.stored_bytes_read;
  SLUICE_ASSIGN_OR_RETURN(parsed.rows, Finish());
  // A tile's faults are known only when it is flushed, lines without a pattern at once.
  std::sort(rejects_.begin(), rejects_.end(),
            [](const columns::Reject& a, const columns::Reject& b) { return a.byte_begin < b.byte_begin; });
  parsed.rejects = std::exchange(rejects_, {});
  return parsed;
}

}  // namespace sluice::textlog
