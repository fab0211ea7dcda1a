#include "csv/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "columns/ordered_chunks.h"
#include "csv/column_plan.h"
#include "csv/field_gather.h"
#include "csv/input_start.h"
#include "schema/table_spec.h"

namespace sluice::csv {
namespace {

constexpr std::uint64_t kEarlyRecords = 1000;

/// What one chunk says about the columns.
struct ChunkGuess {
  std::vector<columns::TypeGuess> guesses;
  std::vector<columns::TypeGuess> early;  ///< of the input's first chunk
  std::uint64_t rows = 0;
};

schema::Type Resolved(const columns::TypeGuess& guess) {
  return guess.Resolve().value_or(schema::Simple(schema::TypeKind::kString));
}

/// Guesses the columns of chunks. Threads: one at a time.
class ChunkGuesser {
 public:
  ChunkGuesser(const IndexOptions& options, const ScanKernel& kernel, const std::vector<std::string>& null_texts)
      : columns_(options.columns), index_(options, kernel), gather_(options.dialect), null_texts_(null_texts) {}

  ChunkGuess Guess(const Chunk& chunk, const std::vector<bool>& settled) {
    ChunkGuess found{.guesses = std::vector<columns::TypeGuess>(columns_), .early = {}};
    if (chunk.oversized_bytes > 0) return found;
    index_.Start(chunk);
    while (index_.NextTile()) {
      for (std::size_t c = 0; c < columns_; ++c) {
        // Text stays text, whatever follows.
        if (!settled[c] && !found.guesses[c].settled()) Observe(chunk, c, &found.guesses[c]);
      }
      found.rows += index_.good().size();
      if (chunk.first && found.early.empty() && found.rows >= kEarlyRecords) found.early = found.guesses;
    }
    if (chunk.first && found.early.empty()) found.early = found.guesses;
    return found;
  }

 private:
  void Observe(const Chunk& chunk, std::size_t column, columns::TypeGuess* guess) {
    const std::vector<std::string_view>& texts = gather_.Gather(chunk.text(), index_, column);
    if (null_texts_.empty()) return guess->Observe(texts);
    for (const std::string_view text : texts) {
      const bool null =
          text.data() != nullptr && std::find(null_texts_.begin(), null_texts_.end(), text) != null_texts_.end();
      guess->Observe(null ? std::string_view() : text);
    }
  }

  std::size_t columns_;
  RecordIndex index_;
  FieldGather gather_;
  const std::vector<std::string>& null_texts_;
};

}  // namespace

schema::Type InferredColumn::type() const { return Resolved(guess); }

std::optional<schema::Type> InferredColumn::widened_from() const {
  if (!early || !early->Resolve() || Resolved(*early) == type()) return std::nullopt;
  return Resolved(*early);
}

schema::TableSpec Inference::ToSpec() const {
  schema::TableSpec spec;
  for (const InferredColumn& column : columns) {
    spec.columns.push_back(schema::ColumnSpec{.field = {column.name, column.type(), true}});
  }
  return spec;
}

namespace {

/// Guessers that are used again, and the columns that are known to be text. Threads: any.
class SharedGuesser {
 public:
  SharedGuesser(InputStart& input, const IndexOptions& options, const std::vector<std::string>& null_texts)
      : input_(input), options_(options), null_texts_(null_texts), settled_(options.columns, false) {}

  ChunkGuess Guess(Chunk chunk) {
    std::unique_ptr<ChunkGuesser> guesser;
    std::vector<bool> settled(options_.columns, false);
    {
      const std::lock_guard lock(mutex_);
      if (!chunk.first) settled = settled_;  // the first one is also asked about its start
      if (!free_.empty()) {
        guesser = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (guesser == nullptr) guesser = std::make_unique<ChunkGuesser>(options_, input_.kernel(), null_texts_);
    ChunkGuess guess = guesser->Guess(chunk, settled);
    input_.Return(std::move(chunk));
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(guesser));
    for (std::size_t c = 0; c < settled_.size(); ++c) settled_[c] = settled_[c] || guess.guesses[c].settled();
    return guess;
  }

 private:
  InputStart& input_;
  IndexOptions options_;
  const std::vector<std::string>& null_texts_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ChunkGuesser>> free_;  // guarded by mutex_
  std::vector<bool> settled_;                        // guarded by mutex_
};

/// What is known before the rows are looked at.
Inference Begin(const InputStart& input, const CsvOptions& options) {
  Inference inference{.options = options, .columns = {}, .rows = 0, .notes = input.notes()};
  inference.options.delimiter = input.dialect().delimiter;
  inference.options.quote = input.dialect().quote;
  inference.options.escape = input.dialect().escape;
  inference.options.header = input.has_header() ? HeaderMode::kYes : HeaderMode::kNo;
  for (const std::string& name : input.names()) inference.columns.push_back({name, {}, std::nullopt});
  return inference;
}

core::Result<Inference> InferRows(InputStart& input, const CsvOptions& options, core::Executor& executor,
                                  const core::Cancellation& cancellation) {
  if (input.has_header()) SLUICE_TRY(CheckHeader(input.names()));
  Inference inference = Begin(input, options);
  IndexOptions index_options = input.index_options();
  index_options.columns = input.names().size();
  SharedGuesser guesser(input, index_options, options.null_texts);
  columns::OrderedChunks<Chunk, ChunkGuess> chunks(
      executor, cancellation, [&input] { return input.Next(); },
      [&guesser](Chunk chunk) { return guesser.Guess(std::move(chunk)); });
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<ChunkGuess> guess, chunks.Next());
    if (!guess) return inference;
    for (std::size_t c = 0; c < inference.columns.size(); ++c) {
      inference.columns[c].guess.Merge(guess->guesses[c]);
      if (!guess->early.empty()) inference.columns[c].early = guess->early[c];
    }
    inference.rows += guess->rows;
  }
}

}  // namespace

core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source_name,
                              const CsvOptions& options, core::Executor& executor,
                              const core::Cancellation& cancellation, arrow::MemoryPool* pool) {
  const std::string prefix = fmt::format("{}: ", source_name);
  auto input = InputStart::Open(std::move(stream), options, nullptr, executor.threads() + 2, pool);
  if (!input) return std::move(input).error().WithPrefix(prefix);
  auto inference = InferRows(**input, options, executor, cancellation);
  if (!inference) return std::move(inference).error().WithPrefix(prefix);
  return inference;
}

}  // namespace sluice::csv
