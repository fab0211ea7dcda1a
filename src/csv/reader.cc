#include "csv/reader.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "columns/ordered_chunks.h"
#include "csv/chunk_parser.h"
#include "csv/column_plan.h"
#include "csv/input_start.h"
#include "schema/arrow_mapping.h"

namespace sluice::csv {
namespace {

/// Parsers that are used again.
class ParserPool {
 public:
  std::unique_ptr<ChunkParser> Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    std::unique_ptr<ChunkParser> parser = std::move(free_.back());
    free_.pop_back();
    return parser;
  }
  void Return(std::unique_ptr<ChunkParser> parser) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(parser));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<ChunkParser>> free_;  // guarded by mutex_
};

core::Result<ColumnPlan> MakePlan(const InputStart& input, const CsvOptions& options, const schema::TableSpec& spec) {
  // An empty input without a header stands for no rows, whatever the columns.
  std::size_t columns = input.names().size();
  if (!input.has_records()) {
    columns = 0;
    for (const schema::ColumnSpec& column : spec.columns) columns += column.value ? 0 : 1;
  }
  auto plan = input.has_header() ? PlanByName(input.names(), spec) : PlanByPosition(columns, spec);
  if (!plan) return plan;
  for (PlannedColumn& column : plan->columns) {
    column.spec.null_texts.insert(column.spec.null_texts.end(), options.null_texts.begin(), options.null_texts.end());
  }
  return plan;
}

}  // namespace

struct Reader::State {
  std::string source;
  schema::Schema schema;
  std::shared_ptr<arrow::Schema> arrow_schema;
  ColumnPlan plan;
  IndexOptions index_options;
  arrow::MemoryPool* pool = nullptr;
  std::unique_ptr<InputStart> input;
  ParserPool parsers;
  std::optional<columns::OrderedChunks<Chunk, core::Result<columns::RowBatch>>> chunks;

  core::Result<std::unique_ptr<ChunkParser>> TakeParser() {
    if (auto parser = parsers.Take(); parser != nullptr) return parser;
    return ChunkParser::Make(plan, source, index_options, input->kernel(), arrow_schema, pool);
  }

  core::Result<columns::RowBatch> Parse(Chunk chunk) {
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<ChunkParser> parser, TakeParser());
    core::Result<columns::RowBatch> batch = parser->Parse(chunk);
    input->Return(std::move(chunk));
    if (batch) parsers.Return(std::move(parser));
    return batch;
  }
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;

core::Result<std::unique_ptr<Reader>> Reader::Open(std::unique_ptr<storage::ByteStream> stream, std::string source_name,
                                                   const CsvOptions& options, const schema::TableSpec& spec,
                                                   core::Executor& executor, const core::Cancellation& cancellation,
                                                   arrow::MemoryPool* pool) {
  const auto in_source = [&source_name](core::Error error) {
    return std::move(error).WithPrefix(fmt::format("{}: ", source_name));
  };
  auto input = InputStart::Open(std::move(stream), options, &spec, executor.threads() + 2, pool);
  if (!input) return in_source(std::move(input).error());
  auto state = std::make_unique<State>();
  state->source = source_name;
  state->schema = spec.ToSchema();
  state->arrow_schema = schema::ToArrow(state->schema);
  state->pool = pool;
  state->input = *std::move(input);
  auto plan = MakePlan(*state->input, options, spec);
  if (!plan) return in_source(std::move(plan).error());
  state->plan = *std::move(plan);
  state->index_options = state->input->index_options();
  state->index_options.columns = state->plan.input_columns;
  auto parser = state->TakeParser();  // malformed columns are refused here
  if (!parser) return in_source(std::move(parser).error());
  state->parsers.Return(*std::move(parser));
  State* const borrowed = state.get();
  state->chunks.emplace(
      executor, cancellation, [borrowed] { return borrowed->input->Next(); },
      [borrowed](Chunk chunk) { return borrowed->Parse(std::move(chunk)); });
  return std::unique_ptr<Reader>(new Reader(std::move(state)));
}

const schema::Schema& Reader::schema() const { return state_->schema; }
const std::vector<columns::ColumnFinding>& Reader::findings() const { return state_->plan.findings; }
const std::vector<std::string>& Reader::notes() const { return state_->input->notes(); }

core::Result<std::optional<columns::RowBatch>> Reader::Next() {
  SLUICE_ASSIGN_OR_RETURN(auto batch, state_->chunks->Next());
  if (!batch) return std::optional<columns::RowBatch>();
  if (!*batch) return std::move(*batch).error();
  return std::optional<columns::RowBatch>(**std::move(batch));
}

}  // namespace sluice::csv
