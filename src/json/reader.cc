#include "json/reader.h"

#include <set>
#include <utility>

#include "schema/arrow_mapping.h"

namespace sluice::json {

namespace {

using Kind = columns::ColumnFinding::Kind;

void AddIgnored(const ObjectReader& reader, const std::string& above, std::set<std::string>& names) {
  for (const std::unique_ptr<ObjectReader::Member>& member : reader.members()) {
    if (member->ignored) names.insert(above + member->name);
    if (member->descend != nullptr) AddIgnored(*member->descend, above + member->name + ".", names);
  }
}

}  // namespace

Reader::Reader(std::string source, JsonOptions options, schema::TableSpec spec, arrow::MemoryPool* pool)
    : source_(std::move(source)),
      options_(options),
      spec_(std::move(spec)),
      schema_(spec_.ToSchema()),
      arrow_schema_(schema::ToArrow(schema_)),
      pool_(pool) {}

core::Result<std::unique_ptr<Reader>> Reader::Open(std::unique_ptr<storage::ByteStream> stream, std::string source,
                                                   JsonOptions options, schema::TableSpec spec,
                                                   core::Executor& executor, const core::Cancellation& cancellation,
                                                   arrow::MemoryPool* pool) {
  std::unique_ptr<Reader> reader(new Reader(std::move(source), options, std::move(spec), pool));
  SLUICE_ASSIGN_OR_RETURN(reader->chunks_,
                          OpenChunks(std::move(stream), reader->source_, options, reader->spec_.records, pool));
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<ChunkParser> first, reader->MakeParser());
  reader->parsers_.push_back(std::move(first));
  Reader* self = reader.get();
  reader->parsed_.emplace(
      reader->source_, executor, cancellation, [self] { return self->chunks_->Next(); },
      [self](columns::TextChunk chunk) { return self->Parse(std::move(chunk)); });
  return reader;
}

core::Result<std::unique_ptr<ChunkParser>> Reader::MakeParser() const {
  auto table = RecordTable::Make(spec_, options_, chunks_->inherited(), pool_);
  if (!table) return std::move(table).error().WithPrefix(source_ + ": ");
  return std::make_unique<ChunkParser>(*std::move(table), arrow_schema_, source_, options_.record_bytes_max, pool_);
}

core::Result<std::unique_ptr<ChunkParser>> Reader::TakeParser() {
  {
    const std::lock_guard lock(mutex_);
    if (!parsers_.empty()) {
      std::unique_ptr<ChunkParser> parser = std::move(parsers_.back());
      parsers_.pop_back();
      return parser;
    }
  }
  return MakeParser();
}

core::Result<columns::ParsedChunk> Reader::Parse(columns::TextChunk chunk) {
  if (chunks_->by_lines()) columns::FindLines(chunk);
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<ChunkParser> parser, TakeParser());
  SLUICE_ASSIGN_OR_RETURN(columns::ParsedChunk parsed, parser->Parse(chunk));
  const std::lock_guard lock(mutex_);
  parsers_.push_back(std::move(parser));
  return parsed;
}

core::Result<std::optional<columns::RowBatch>> Reader::Next() {
  SLUICE_ASSIGN_OR_RETURN(std::optional<columns::RowBatch> batch, parsed_->Next());
  if (!batch) Find();
  return batch;
}

void Reader::Find() {
  if (!findings_.empty()) return;
  std::vector<bool> seen(spec_.columns.size());
  std::set<std::string> ignored;
  std::set<std::pair<std::string, std::string>> renamed;
  const std::lock_guard lock(mutex_);
  for (const std::unique_ptr<ChunkParser>& parser : parsers_) {
    const RecordTable& table = parser->table();
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = seen[i] || table.columns()[i]->ever_seen;
    AddIgnored(table.reader(), "", ignored);
    for (const std::unique_ptr<ObjectReader::Member>& member : table.reader().members()) {
      if (member->column == nullptr || !member->ever_seen) continue;
      if (member->column->path() != member->name) renamed.emplace(member->column->path(), member->name);
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const schema::ColumnSpec& column = spec_.columns[i];
    if (!seen[i] && !column.value) findings_.push_back({Kind::kMissing, column.field.name, ""});
  }
  for (const auto& [column, from] : renamed) findings_.push_back({Kind::kRenamed, column, "as '" + from + "'"});
  for (const std::string& name : ignored) findings_.push_back({Kind::kIgnored, name, "not in the schema"});
}

}  // namespace sluice::json
