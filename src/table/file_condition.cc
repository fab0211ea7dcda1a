#include "table/file_condition.h"

#include <algorithm>
#include <utility>

#include "delta/arrow_types.h"
#include "delta/pruning.h"
#include "delta/statistics.h"
#include "expression/binder.h"
#include "expression/column_set.h"
#include "expression/parser.h"

namespace sluice::table {

core::Result<expression::Expression> BindCondition(const delta_log::Snapshot& snapshot, const std::string& sql) {
  SLUICE_ASSIGN_OR_RETURN(expression::Expression parsed, expression::Parse(sql));
  SLUICE_ASSIGN_OR_RETURN(const auto schema, delta::ToArrow(snapshot.schema));
  return expression::BindCondition(std::move(parsed), *schema);
}

core::Result<delta_log::FilePredicate> MayMatch(const delta_log::Snapshot& snapshot,
                                                const expression::Expression& condition) {
  struct State {
    delta::FilePruner pruner;
    delta::StatisticsParser parser;
  };
  SLUICE_ASSIGN_OR_RETURN(delta::FilePruner pruner,
                          delta::FilePruner::Make(condition, snapshot.schema, snapshot.PartitionFields()));
  delta::StatisticsParser parser(pruner.leaves());
  auto state = std::make_shared<State>(State{std::move(pruner), std::move(parser)});
  return [state](const delta::AddFile& file) -> core::Result<bool> {
    const delta::FileStatistics* statistics = file.stats ? state->parser.Parse(*file.stats) : nullptr;
    const std::int64_t deleted = file.deletion_vector ? file.deletion_vector->cardinality : 0;
    return state->pruner.Test(file.partition_values, statistics, deleted) != delta::Verdict::kSkip;
  };
}

bool NamesPartitionsOnly(const delta_log::Snapshot& snapshot, const expression::Expression& condition) {
  const auto partitions = snapshot.PartitionFields();
  const auto columns = expression::TopLevelColumnsOf(condition);
  return std::all_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return std::any_of(partitions.begin(), partitions.end(),
                       [&](const delta::Field* field) { return field->name == column; });
  });
}

}  // namespace sluice::table
