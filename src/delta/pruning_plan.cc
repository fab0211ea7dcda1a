#include "delta/pruning_plan.h"

#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "expression/column_set.h"
#include "expression/conjuncts.h"

namespace sluice::delta {
namespace {

using expression::Expression;
using expression::Operator;
using Kind = PruningNode::Kind;

PruningNode Known(Verdict verdict) { return {.kind = Kind::kKnown, .verdict = verdict}; }

const Field* FindField(const std::vector<Field>& fields, const std::string& name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

bool HasLeafStatistics(const StatisticsColumn& column) {
  return column.has_bounds() || column.type.kind == TypeKind::kBoolean || column.type.kind == TypeKind::kBinary;
}

/// The text that every match of a LIKE pattern begins with; `exact`: nothing else matches.
struct LikePrefix {
  std::string text = {};
  bool exact = true;
};

LikePrefix PrefixOf(std::string_view pattern) {
  LikePrefix prefix;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%' || pattern[i] == '_') {
      prefix.exact = false;
      break;
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    prefix.text += pattern[i];
  }
  return prefix;
}

std::optional<LeafRule> RuleOf(Operator op) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kNullSafeEqual: return LeafRule::kAnyOf;
    case Operator::kNotEqual: return LeafRule::kNotEqual;
    case Operator::kLess: return LeafRule::kLess;
    case Operator::kLessEqual: return LeafRule::kLessEqual;
    case Operator::kGreater: return LeafRule::kGreater;
    case Operator::kGreaterEqual: return LeafRule::kGreaterEqual;
    default: return std::nullopt;
  }
}

class Planner {
 public:
  Planner(const TableSchema& schema, const std::vector<const Field*>& partition_fields, PruningPlan& plan)
      : schema_(schema), partition_fields_(partition_fields), plan_(plan) {}

  // NOT has been pushed down.
  PruningNode Plan(const Expression& condition);

 private:
  /// A column below casts; `exact`: they keep each value as the number it is.
  struct Subject {
    std::size_t leaf = 0;
    bool exact = true;
  };

  bool OnlyNamesPartitions(const Expression& condition) const;
  PruningNode PlanPart(const Expression& condition);
  PruningNode PlanLiteral(const Expression& literal) const;
  PruningNode PlanComparison(const Expression& comparison);
  PruningNode PlanIn(const Expression& in);
  PruningNode PlanLike(const Expression& like);
  PruningNode PlanNot(const Expression& argument);
  PruningNode PlanNullTest(const Expression& argument, LeafRule rule);
  PruningNode PlanTruth(const Expression& column, bool wanted);
  PruningNode AddTest(LeafCondition test);
  PruningNode NeverNull(const Expression& argument);

  std::optional<Subject> FindSubject(const Expression& value);
  std::optional<std::size_t> FindLeaf(const std::vector<std::string>& path);
  const DataType& TypeOf(const Subject& subject) const { return plan_.leaves[subject.leaf].type; }

  const TableSchema& schema_;
  const std::vector<const Field*>& partition_fields_;
  PruningPlan& plan_;
};

bool Planner::OnlyNamesPartitions(const Expression& condition) const {
  const auto columns = expression::ColumnsOf(condition);
  return !columns.empty() && std::ranges::all_of(columns, [&](const auto& path) {
    return path.size() == 1 &&
           std::ranges::any_of(partition_fields_, [&](const Field* field) { return field->name == path[0]; });
  });
}

PruningNode Planner::PlanPart(const Expression& condition) {
  for (const auto& path : expression::ColumnsOf(condition)) {
    if (FindField(plan_.partition_fields, path[0]) != nullptr) continue;
    for (const Field* field : partition_fields_) {
      if (field->name == path[0]) plan_.partition_fields.push_back(*field);
    }
  }
  plan_.parts.push_back(condition);
  return {.kind = Kind::kPart, .index = plan_.parts.size() - 1};
}

std::optional<std::size_t> Planner::FindLeaf(const std::vector<std::string>& path) {
  StatisticsColumn column;
  const std::vector<Field>* fields = &schema_.fields;
  for (const std::string& name : path) {
    const Field* field = FindField(*fields, name);
    const bool inside = column.path.empty() || column.type.kind == TypeKind::kStruct;
    if (field == nullptr || !inside) return std::nullopt;
    column = MakeStatisticsColumn(*field, column);
    fields = &field->type.fields;
  }
  if (!HasLeafStatistics(column)) return std::nullopt;
  const bool is_partition =
      std::ranges::any_of(partition_fields_, [&](const Field* field) { return field->name == path[0]; });
  if (is_partition) return std::nullopt;
  const auto found = std::ranges::find(plan_.leaves, column.physical_path, &StatisticsColumn::physical_path);
  if (found != plan_.leaves.end()) return static_cast<std::size_t>(found - plan_.leaves.begin());
  plan_.leaves.push_back(std::move(column));
  return plan_.leaves.size() - 1;
}

std::optional<Planner::Subject> Planner::FindSubject(const Expression& value) {
  if (value.op == Operator::kColumn) {
    const auto leaf = FindLeaf(value.column);
    return leaf ? std::optional(Subject{.leaf = *leaf}) : std::nullopt;
  }
  if (value.op != Operator::kCast || value.arguments.size() != 1 || !value.type) return std::nullopt;
  auto subject = FindSubject(value.arguments[0]);
  if (subject) subject->exact = subject->exact && IsExactCast(TypeOf(*subject), *value.type);
  return subject;
}

PruningNode Planner::AddTest(LeafCondition test) {
  plan_.tests.push_back(std::move(test));
  return {.kind = Kind::kTest, .index = plan_.tests.size() - 1};
}

// Of what is NULL, and so not true, where `argument` is NULL.
PruningNode Planner::NeverNull(const Expression& argument) {
  const auto subject = FindSubject(argument);
  return subject ? AddTest({.leaf = subject->leaf, .rule = LeafRule::kNotNull}) : Known(Verdict::kKeep);
}

PruningNode Planner::PlanLiteral(const Expression& literal) const {
  const auto* truth = dynamic_cast<const arrow::BooleanScalar*>(literal.literal.get());
  return Known(truth != nullptr && truth->is_valid && truth->value ? Verdict::kAllMatch : Verdict::kSkip);
}

PruningNode Planner::PlanComparison(const Expression& comparison) {
  const Expression* left = comparison.arguments.data();
  const Expression* right = left + 1;
  Operator op = comparison.op;
  if (left->op == Operator::kLiteral) {
    std::swap(left, right);
    op = Mirror(op);
  }
  if (right->op != Operator::kLiteral) {
    if (op == Operator::kNullSafeEqual) return Known(Verdict::kKeep);
    return {.kind = Kind::kAnd, .children = {NeverNull(*left), NeverNull(*right)}};
  }
  if (!right->literal->is_valid) {
    return op == Operator::kNullSafeEqual ? PlanNullTest(*left, LeafRule::kIsNull) : Known(Verdict::kSkip);
  }
  // x IS TRUE is parsed to x <=> TRUE.
  const bool is_truth = op == Operator::kNullSafeEqual && right->literal->type->id() == arrow::Type::BOOL &&
                        static_cast<const arrow::BooleanScalar&>(*right->literal).value;
  if (is_truth) return Plan(*left);
  const auto subject = FindSubject(*left);
  if (!subject) return Known(Verdict::kKeep);
  LeafCondition test{.leaf = subject->leaf};
  const auto range = subject->exact ? RangeOf(*right->literal, TypeOf(*subject)) : std::nullopt;
  if (range) {
    test.rule = *RuleOf(op);
    test.values.push_back(*range);
  }
  return AddTest(std::move(test));
}

PruningNode Planner::PlanIn(const Expression& in) {
  const auto subject = FindSubject(in.arguments[0]);
  if (!subject) return Known(Verdict::kKeep);
  LeafCondition test{.leaf = subject->leaf, .rule = LeafRule::kAnyOf};
  for (const Expression& element : std::span(in.arguments).subspan(1)) {
    const bool is_literal = element.op == Operator::kLiteral;
    if (is_literal && !element.literal->is_valid) continue;  // equal to nothing
    auto range = is_literal && subject->exact ? RangeOf(*element.literal, TypeOf(*subject)) : std::nullopt;
    if (!range) return NeverNull(in.arguments[0]);
    test.values.push_back(*std::move(range));
  }
  if (test.values.empty()) return Known(Verdict::kSkip);
  std::ranges::sort(test.values, [](const auto& a, const auto& b) {
    const auto order = Compare(a.low, b.low);
    return order != 0 ? order < 0 : Compare(a.high, b.high) < 0;
  });
  return AddTest(std::move(test));
}

PruningNode Planner::PlanLike(const Expression& like) {
  const auto subject = FindSubject(like.arguments[0]);
  const Expression& pattern = like.arguments[1];
  if (!subject) return Known(Verdict::kKeep);
  LeafCondition test{.leaf = subject->leaf};
  const bool is_text = subject->exact && TypeOf(*subject).kind == TypeKind::kString;
  if (!is_text || pattern.op != Operator::kLiteral) return AddTest(std::move(test));
  if (!pattern.literal->is_valid) return Known(Verdict::kSkip);
  const auto range = RangeOf(*pattern.literal, TypeOf(*subject));
  if (!range) return AddTest(std::move(test));
  const LikePrefix prefix = PrefixOf(std::get<std::string>(range->low));
  test.rule = prefix.exact ? LeafRule::kAnyOf : LeafRule::kPrefix;
  test.values.push_back({prefix.text, prefix.text});
  return AddTest(std::move(test));
}

PruningNode Planner::PlanNullTest(const Expression& argument, LeafRule rule) {
  const auto subject = FindSubject(argument);
  // A cast can make NULL of a value, but none of NULL.
  if (!subject || (rule == LeafRule::kIsNull && !subject->exact)) return Known(Verdict::kKeep);
  return AddTest({.leaf = subject->leaf, .rule = rule});
}

PruningNode Planner::PlanTruth(const Expression& column, bool wanted) {
  const auto subject = FindSubject(column);
  if (!subject || TypeOf(*subject).kind != TypeKind::kBoolean) return Known(Verdict::kKeep);
  const Int128 value = wanted ? 1 : 0;
  return AddTest({.leaf = subject->leaf, .rule = LeafRule::kAnyOf, .values = {{value, value}}});
}

PruningNode Planner::PlanNot(const Expression& argument) {
  switch (argument.op) {
    case Operator::kColumn: return PlanTruth(argument, false);
    case Operator::kLike: return NeverNull(argument.arguments[0]);
    default: return Known(Verdict::kKeep);  // NOT isnan(NULL) is true
  }
}

PruningNode Planner::Plan(const Expression& condition) {
  if (OnlyNamesPartitions(condition)) return PlanPart(condition);
  switch (condition.op) {
    case Operator::kAnd:
    case Operator::kOr: {
      PruningNode node{.kind = condition.op == Operator::kAnd ? Kind::kAnd : Kind::kOr};
      for (const Expression& argument : condition.arguments) node.children.push_back(Plan(argument));
      return node;
    }
    case Operator::kLiteral: return PlanLiteral(condition);
    case Operator::kColumn: return PlanTruth(condition, true);
    case Operator::kNot: return PlanNot(condition.arguments[0]);
    case Operator::kIsNull: return PlanNullTest(condition.arguments[0], LeafRule::kIsNull);
    case Operator::kIsNotNull: return PlanNullTest(condition.arguments[0], LeafRule::kNotNull);
    case Operator::kIsNan: return NeverNull(condition.arguments[0]);
    case Operator::kIn: return PlanIn(condition);
    case Operator::kLike: return PlanLike(condition);
    default: return RuleOf(condition.op) ? PlanComparison(condition) : Known(Verdict::kKeep);
  }
}

}  // namespace

PruningPlan MakePruningPlan(const Expression& condition, const TableSchema& schema,
                            const std::vector<const Field*>& partition_fields) {
  PruningPlan plan;
  plan.root = Planner(schema, partition_fields, plan).Plan(expression::PushDownNot(condition));
  return plan;
}

}  // namespace sluice::delta
