#include "json/inference.h"

#include <set>
#include <utility>

#include "columns/ordered_chunks.h"
#include "columns/scalar_builder.h"
#include "json/chunk_guesser.h"
#include "json/chunk_source.h"
#include "json/record_table.h"
#include "schema/type_text.h"

namespace sluice::json {

namespace {

using Kind = columns::ColumnFinding::Kind;

/// What all chunks said, merged in order.
struct Merged {
  GuessNode root;
  std::uint64_t records = 0;
  std::uint64_t rejected = 0;
  std::uint64_t lines = 0;
  std::optional<schema::Schema> sample;

  void Add(GuessedChunk&& chunk, const JsonOptions& options) {
    if (chunk.sample) sample = std::move(chunk.sample);
    root.Merge(chunk.root, lines, options.columns_max, options.members_max);
    records += chunk.records;
    rejected += chunk.rejected;
    lines += chunk.lines;
  }
};

std::string ColumnName(const std::string& key, const schema::TableSpec& declared) {
  for (const auto& [from, to] : declared.renames) {
    if (from == key) return to;
  }
  return key;
}

void Compare(const schema::Field& field, const GuessNode::Member& member, const Merged& merged, Inference& inference) {
  std::optional<schema::Type> widened_from;
  const std::string& name = inference.spec.columns.back().field.name;
  if (merged.sample && merged.records > kSampleRecords) {
    const std::ptrdiff_t index = merged.sample->IndexOf(field.name);
    if (index < 0) {
      inference.findings.push_back({Kind::kAdded, name, "first on line " + std::to_string(member.first_line + 1)});
    } else if (const schema::Type& before = merged.sample->fields[static_cast<std::size_t>(index)].type;
               !(before == field.type)) {
      widened_from = before;
      inference.findings.push_back(
          {Kind::kWidened, name, schema::FormatType(before) + " → " + schema::FormatType(field.type)});
    }
  }
  inference.widened_from.push_back(std::move(widened_from));
}

core::Result<Inference> Conclude(const Merged& merged, const std::string& source, const JsonOptions& options,
                                 const schema::TableSpec& declared) {
  if (merged.root.too_many()) {
    return core::LimitExceeded(source + ": the records have more than " + std::to_string(options.columns_max) +
                               " different keys")
        .WithHint("keys that are data belong in one object below the record; or declare the columns in a schema");
  }
  Inference inference;
  inference.spec = declared;
  inference.spec.columns.clear();
  inference.records = merged.records;
  inference.rejected = merged.rejected;
  std::set<std::string> names;
  for (const std::unique_ptr<GuessNode::Member>& member : merged.root.members()) {
    if (!member->node->observed()) continue;
    const schema::Field field{.name = member->name, .type = member->node->Resolve(), .nullable = true};
    schema::ColumnSpec column;
    column.field = field;
    column.field.name = ColumnName(member->name, declared);
    if (!names.insert(column.field.name).second) {
      return core::InvalidInput(source + ": two keys become the column '" + column.field.name + "' by `renames`");
    }
    inference.spec.columns.push_back(std::move(column));
    inference.guesses.push_back(member->node);
    Compare(field, *member, merged, inference);
    const std::string& name = inference.spec.columns.back().field.name;
    if (name != member->name) inference.findings.push_back({Kind::kRenamed, name, "as '" + member->name + "'"});
  }
  return inference;
}

core::Status CheckInherited(std::string_view inherited, const std::string& source, arrow::MemoryPool* pool) {
  auto table = RecordTable::Make({}, {}, inherited, pool);
  if (!table) return std::move(table).error().WithPrefix(source + ": ");
  return core::Ok();
}

}  // namespace

core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source,
                              const JsonOptions& options, const schema::TableSpec& declared, core::Executor& executor,
                              const core::Cancellation& cancellation, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<ChunkSource> chunks,
                          OpenChunks(std::move(stream), source, options, declared.records, pool));
  SLUICE_TRY(CheckInherited(chunks->inherited(), source, pool));
  const std::string padded = std::string(chunks->inherited()) + std::string(columns::kTextPadding, '\0');
  const std::string_view inherited(padded.data(), padded.size() - columns::kTextPadding);
  Merged merged;
  columns::OrderedChunks<columns::TextChunk, GuessedChunk> guessed(
      executor, cancellation, [&chunks] { return chunks->Next(); },
      [&](columns::TextChunk chunk) {
        if (chunks->by_lines()) columns::FindLines(chunk);
        return ChunkGuesser(options, inherited).Guess(chunk);
      });
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<GuessedChunk> next, guessed.Next());
    if (!next) return Conclude(merged, source, options, declared);
    merged.Add(*std::move(next), options);
  }
}

}  // namespace sluice::json
