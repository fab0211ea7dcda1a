#include "textlog/inference.h"

#include <set>
#include <utility>

#include "columns/line_chunker.h"
#include "columns/ordered_chunks.h"
#include "columns/type_guess.h"
#include "schema/type_text.h"
#include "textlog/pattern_set.h"

namespace sluice::textlog {

namespace {

using Kind = columns::ColumnFinding::Kind;
using Types = std::vector<std::optional<schema::Type>>;  // per group; nullopt: nothing but NULL

struct Guessed {
  std::vector<columns::TypeGuess> guesses;  // per group
  std::uint64_t records = 0;
  std::uint64_t rejected = 0;
  std::optional<Types> sample;  // of the first chunk
};

Types Resolve(const std::vector<columns::TypeGuess>& guesses) {
  Types types;
  for (const columns::TypeGuess& guess : guesses) types.push_back(guess.Resolve());
  return types;
}

Guessed Guess(columns::TextChunk chunk, const PatternSet& patterns) {
  columns::FindLines(chunk);
  Guessed guessed;
  guessed.guesses.resize(patterns.groups().size());
  std::vector<re2::StringPiece> buffer;
  std::vector<std::string_view> texts(patterns.groups().size());
  for (const columns::RecordSpan& line : chunk.records) {
    if (chunk.first && guessed.records == kSampleLines) guessed.sample = Resolve(guessed.guesses);
    ++guessed.records;
    if (chunk.oversized_bytes > 0 ||
        !patterns.Match(chunk.text().substr(line.begin, line.end - line.begin), buffer, texts)) {
      ++guessed.rejected;
      continue;
    }
    for (std::size_t group = 0; group < texts.size(); ++group) guessed.guesses[group].Observe(texts[group]);
  }
  if (chunk.first && !guessed.sample) guessed.sample = Resolve(guessed.guesses);
  return guessed;
}

void Merge(Guessed&& chunk, Guessed& all) {
  for (std::size_t group = 0; group < all.guesses.size(); ++group) all.guesses[group].Merge(chunk.guesses[group]);
  all.records += chunk.records;
  all.rejected += chunk.rejected;
  if (chunk.sample) all.sample = std::move(chunk.sample);
}

std::string ColumnName(const std::string& group, const schema::TableSpec& declared) {
  for (const auto& [from, to] : declared.renames) {
    if (from == group) return to;
  }
  return group;
}

core::Result<Inference> Conclude(const Guessed& all, const PatternSet& patterns, const schema::TableSpec& declared) {
  Inference inference;
  inference.spec = declared;
  inference.spec.columns.clear();
  inference.records = all.records;
  inference.rejected = all.rejected;
  inference.guesses = all.guesses;
  const schema::Type text = schema::Simple(schema::TypeKind::kString);
  std::set<std::string> names;
  for (std::size_t group = 0; group < all.guesses.size(); ++group) {
    const std::string name = ColumnName(patterns.groups()[group], declared);
    if (!names.insert(name).second) {
      return core::ConfigurationError("two groups become the column '" + name + "' by `renames`");
    }
    schema::ColumnSpec column;
    column.field = {.name = name, .type = all.guesses[group].Resolve().value_or(text), .nullable = true};
    std::optional<schema::Type> before = all.sample ? (*all.sample)[group] : std::nullopt;
    if (before == column.field.type) before.reset();
    if (before) {
      inference.findings.push_back(
          {Kind::kWidened, name, schema::FormatType(*before) + " → " + schema::FormatType(column.field.type)});
    }
    inference.widened_from.push_back(std::move(before));
    inference.spec.columns.push_back(std::move(column));
  }
  return inference;
}

}  // namespace

core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source,
                              const TextlogOptions& options, const schema::TableSpec& declared,
                              core::Executor& executor, const core::Cancellation& cancellation,
                              arrow::MemoryPool* pool) {
  auto patterns = PatternSet::Compile(declared.patterns);
  if (!patterns) return std::move(patterns).error().WithPrefix(source + ": ");
  columns::LineChunker chunker(
      std::move(stream), {.chunk_bytes = options.chunk_bytes, .record_bytes_max = options.record_bytes_max}, pool);
  columns::OrderedChunks<columns::TextChunk, Guessed> guessed(
      executor, cancellation, [&chunker] { return chunker.Next(); },
      [&patterns](columns::TextChunk chunk) { return Guess(std::move(chunk), *patterns); });
  Guessed all;
  all.guesses.resize(patterns->groups().size());
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<Guessed> next, guessed.Next());
    if (!next) return Conclude(all, *patterns, declared);
    Merge(*std::move(next), all);
  }
}

}  // namespace sluice::textlog
