#include "textlog/reader.h"

#include <utility>

namespace sluice::textlog {

using Kind = columns::ColumnFinding::Kind;

Reader::Reader(std::string source, schema::TableSpec spec, PatternSet patterns, ColumnGroups groups)
    : source_(std::move(source)),
      spec_(std::move(spec)),
      schema_(spec_.ToSchema()),
      patterns_(std::move(patterns)),
      groups_(std::move(groups)) {}

core::Result<std::unique_ptr<Reader>> Reader::Open(std::unique_ptr<storage::ByteStream> stream, std::string source,
                                                   TextlogOptions options, schema::TableSpec spec,
                                                   core::Executor& executor, const core::Cancellation& cancellation,
                                                   arrow::MemoryPool* pool) {
  auto patterns = PatternSet::Compile(spec.patterns);
  if (!patterns) return std::move(patterns).error().WithPrefix(source + ": ");
  auto groups = ColumnGroups::Make(spec, *patterns);
  if (!groups) return std::move(groups).error().WithPrefix(source + ": ");
  std::unique_ptr<Reader> reader(
      new Reader(std::move(source), std::move(spec), *std::move(patterns), *std::move(groups)));
  Reader* self = reader.get();
  // Made once here, so that a schema that cannot be filled is an error before the first row.
  SLUICE_TRY(LineParser::Make(self->spec_, self->patterns_, self->groups_, self->source_, pool));
  reader->FindColumns();
  reader->chunker_ = std::make_unique<columns::LineChunker>(
      std::move(stream),
      columns::LineChunkerOptions{.chunk_bytes = options.chunk_bytes, .record_bytes_max = options.record_bytes_max},
      pool);
  reader->parsed_.emplace(
      reader->source_, executor, cancellation, [self] { return self->chunker_->Next(); },
      [self, pool](columns::TextChunk chunk) -> core::Result<columns::ParsedChunk> {
        columns::FindLines(chunk);
        SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<LineParser> parser,
                                LineParser::Make(self->spec_, self->patterns_, self->groups_, self->source_, pool));
        return parser->Parse(chunk);
      });
  return reader;
}

void Reader::FindColumns() {
  for (std::size_t c = 0; c < spec_.columns.size(); ++c) {
    const schema::ColumnSpec& column = spec_.columns[c];
    if (column.value) continue;
    if (groups_.of_column[c].empty()) findings_.push_back({Kind::kMissing, column.field.name, "in no pattern"});
    for (const std::size_t group : groups_.of_column[c]) {
      const std::string& name = patterns_.groups()[group];
      if (name != column.field.name) findings_.push_back({Kind::kRenamed, column.field.name, "as '" + name + "'"});
    }
  }
}

}  // namespace sluice::textlog
