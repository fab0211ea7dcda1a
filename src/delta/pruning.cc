#include "delta/pruning.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delta/arrow_types.h"
#include "delta/partition_value.h"
#include "delta/pruning_plan.h"
#include "expression/evaluator.h"
#include "schema/arrow_error.h"

namespace sluice::delta {
namespace {

using Truth = FilePruner::Partition::Truth;
using Kind = PruningNode::Kind;

const std::string& PhysicalName(const Field& field) {
  return field.physical_name.empty() ? field.name : field.physical_name;
}

std::optional<std::string> TextOf(const PartitionValues& values, const Field& field) {
  const auto found = std::ranges::find(values, PhysicalName(field), &PartitionValues::value_type::first);
  return found == values.end() ? std::nullopt : found->second;
}

// The partition's values as a batch of one row.
core::Result<std::shared_ptr<arrow::RecordBatch>> MakeRow(const PartitionValues& values,
                                                          const std::vector<Field>& fields) {
  arrow::FieldVector types;
  arrow::ArrayVector columns;
  for (const Field& field : fields) {
    auto scalar = ParsePartitionValue(TextOf(values, field), field.type);
    if (!scalar) {
      return std::move(scalar).error().WithPrefix(fmt::format("partition column '{}': ", field.name));
    }
    SLUICE_ASSIGN_OR_RETURN(auto column, arrow::MakeArrayFromScalar(**scalar, 1));
    types.push_back(arrow::field(field.name, column->type()));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(types)), 1, std::move(columns));
}

Truth TruthOf(const expression::Expression& part, const arrow::RecordBatch& row) {
  const auto truth = expression::EvaluateCondition(part, row, arrow::default_memory_pool());
  if (!truth) return Truth::kUnknown;  // the rows will say why
  if ((*truth)->IsNull(0)) return Truth::kNull;
  return (*truth)->Value(0) ? Truth::kTrue : Truth::kFalse;
}

Verdict VerdictOf(Truth truth) {
  switch (truth) {
    case Truth::kTrue: return Verdict::kAllMatch;
    case Truth::kFalse:
    case Truth::kNull: return Verdict::kSkip;
    case Truth::kUnknown: break;
  }
  return Verdict::kKeep;
}

/// Looks at one file.
class Examination {
 public:
  Examination(const PruningPlan& plan, const FilePruner::Partition& partition, const FileStatistics* statistics,
              bool explain)
      : plan_(plan), partition_(partition), statistics_(statistics), explain_(explain) {}

  // `reason` is set, if asked for, with a verdict other than kKeep.
  Verdict Look(const PruningNode& node, std::string& reason) const {
    switch (node.kind) {
      case Kind::kAnd: return Combine(node, Verdict::kSkip, Verdict::kAllMatch, reason);
      case Kind::kOr: return Combine(node, Verdict::kAllMatch, Verdict::kSkip, reason);
      case Kind::kTest: return LookAtStatistics(plan_.tests[node.index], reason);
      case Kind::kPart: {
        if (explain_) reason = partition_.text;
        return VerdictOf(partition_.parts[node.index]);
      }
      case Kind::kKnown: break;
    }
    if (explain_) reason = "the condition is constant";
    return node.verdict;
  }

 private:
  // One child with `dominant` decides; else all must have the other verdict.
  Verdict Combine(const PruningNode& node, Verdict dominant, Verdict other, std::string& reason) const {
    bool all = true;
    std::string reasons;
    for (const PruningNode& child : node.children) {
      std::string child_reason;
      const Verdict verdict = Look(child, child_reason);
      if (verdict == dominant) {
        reason = std::move(child_reason);
        return verdict;
      }
      all = all && verdict == other;
      const bool is_new = explain_ && reasons.find(child_reason) == std::string::npos;
      if (is_new) reasons += (reasons.empty() ? "" : "; ") + child_reason;
    }
    if (!all) return Verdict::kKeep;
    reason = std::move(reasons);
    return other;
  }

  Verdict LookAtStatistics(const LeafCondition& test, std::string& reason) const {
    if (statistics_ == nullptr) return Verdict::kKeep;
    const StatisticsColumn& column = plan_.leaves[test.leaf];
    const ColumnStatistics& known = statistics_->columns[test.leaf];
    const Proof proof = Disprove(test, column, known, statistics_->records);
    if (proof == Proof::kNone) return Verdict::kKeep;
    if (explain_) reason = Describe(proof, test, column, known);
    return Verdict::kSkip;
  }

  const PruningPlan& plan_;
  const FilePruner::Partition& partition_;
  const FileStatistics* statistics_;
  bool explain_;
};

}  // namespace

struct FilePruner::State {
  PruningPlan plan;
};

FilePruner::FilePruner(std::unique_ptr<const State> state) : state_(std::move(state)) {}
FilePruner::FilePruner(FilePruner&&) noexcept = default;
FilePruner& FilePruner::operator=(FilePruner&&) noexcept = default;
FilePruner::~FilePruner() = default;

core::Result<FilePruner> FilePruner::Make(const expression::Expression& condition, const TableSchema& schema,
                                          const std::vector<const Field*>& partition_fields) {
  for (const Field* field : partition_fields) SLUICE_TRY(ToArrow(*field));
  return FilePruner(std::make_unique<const State>(State{MakePruningPlan(condition, schema, partition_fields)}));
}

const std::vector<StatisticsColumn>& FilePruner::leaves() const { return state_->plan.leaves; }

core::Result<FilePruner::Partition> FilePruner::TestPartition(const PartitionValues& values) const {
  const PruningPlan& plan = state_->plan;
  Partition partition;
  if (plan.parts.empty()) return partition;
  SLUICE_ASSIGN_OR_RETURN(const auto row, MakeRow(values, plan.partition_fields));
  for (const auto& part : plan.parts) partition.parts.push_back(TruthOf(part, *row));
  for (const Field& field : plan.partition_fields) {
    const std::string text = TextOf(values, field).value_or("NULL");
    partition.text += fmt::format("{}{}={}", partition.text.empty() ? "" : ", ", field.name, text);
  }
  return partition;
}

Verdict FilePruner::Test(const Partition& partition, const FileStatistics* statistics, std::int64_t deleted,
                         std::string* reason) const {
  if (statistics != nullptr && statistics->records && *statistics->records == deleted) {
    if (reason != nullptr) *reason = deleted == 0 ? "no rows" : "all rows are deleted";
    return Verdict::kSkip;
  }
  std::string found;
  const Verdict verdict =
      Examination(state_->plan, partition, statistics, reason != nullptr).Look(state_->plan.root, found);
  if (reason != nullptr && verdict != Verdict::kKeep) *reason = std::move(found);
  return verdict;
}

Verdict FilePruner::Test(const PartitionValues& values, const FileStatistics* statistics, std::int64_t deleted,
                         std::string* reason) const {
  const auto partition = TestPartition(values);
  return partition ? Test(*partition, statistics, deleted, reason) : Verdict::kKeep;
}

}  // namespace sluice::delta
