#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "delta/data_type.h"
#include "delta/leaf_condition.h"
#include "delta/pruning.h"
#include "expression/expression.h"

namespace sluice::delta {

/// A condition as a pruner sees it: ANDs and ORs over parts that partition values decide, tests of columns that
/// statistics can disprove, and parts of which nothing can be said.
struct PruningNode {
  enum class Kind : std::uint8_t { kAnd, kOr, kPart, kTest, kKnown };

  Kind kind = Kind::kKnown;
  std::vector<PruningNode> children = {};
  std::size_t index = 0;             ///< kPart, kTest: in the plan
  Verdict verdict = Verdict::kKeep;  ///< kKnown
};

struct PruningPlan {
  PruningNode root = {};
  std::vector<StatisticsColumn> leaves = {};
  std::vector<LeafCondition> tests = {};
  std::vector<expression::Expression> parts = {};
  std::vector<Field> partition_fields = {};  ///< those that the parts name
};

/// `condition` is bound to the columns of `schema`.
PruningPlan MakePruningPlan(const expression::Expression& condition, const TableSchema& schema,
                            const std::vector<const Field*>& partition_fields);

}  // namespace sluice::delta
