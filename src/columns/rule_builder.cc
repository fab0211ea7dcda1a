#include "columns/rule_builder.h"

#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>

#include "columns/fixed_builder.h"
#include "columns/text_pattern.h"
#include "columns/utf8.h"

namespace sluice::columns {
namespace {

bool IsTextual(const schema::Type& type) {
  return type.kind == schema::TypeKind::kString || type.kind == schema::TypeKind::kJson ||
         type.kind == schema::TypeKind::kBinary;
}

/// What is asked of the texts of one column, before they are parsed.
struct TextRules {
  std::vector<std::string> null_texts = {};
  std::optional<PaddedText> default_text = {};
  bool nullable = true;
  std::vector<std::string> one_of = {};
  std::unique_ptr<const TextPattern> pattern = {};
  std::optional<std::size_t> length_max = {};
  bool length_in_bytes = false;

  bool constrained() const { return !one_of.empty() || pattern != nullptr || length_max; }

  bool Hold(std::string_view text) const {
    if (!one_of.empty() && std::find(one_of.begin(), one_of.end(), text) == one_of.end()) return false;
    if (length_max && Length(text) > *length_max) return false;
    return pattern == nullptr || pattern->Matches(text);
  }
  std::size_t Length(std::string_view text) const {
    if (length_in_bytes) return text.size();
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
  }
};

class RuleBuilder final : public ScalarBuilder {
 public:
  RuleBuilder(TextRules rules, std::unique_ptr<ScalarBuilder> inner)
      : rules_(std::move(rules)), inner_(std::move(inner)) {}

  core::Status Reserve(std::size_t rows) override { return inner_->Reserve(rows); }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    const bool rewrites = !rules_.null_texts.empty() || rules_.default_text || rules_.constrained();
    std::size_t fault_count = 0;
    if (!rewrites) {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].data() == nullptr) fault_count += AddFault(Fault::kNull, &faults[i]);
      }
      return fault_count + inner_->Append(texts, faults);
    }
    rewritten_.assign(texts.begin(), texts.end());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Fault fault = Rewrite(&rewritten_[i]);
      if (fault == Fault::kNone) continue;
      rewritten_[i] = {};
      fault_count += AddFault(fault, &faults[i]);
    }
    return fault_count + inner_->Append(rewritten_, faults);
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override { return inner_->Finish(); }

 private:
  static std::size_t AddFault(Fault fault, Fault* to) {
    if (*to == Fault::kNone) *to = fault;
    return 1;
  }

  Fault Rewrite(std::string_view* text) const {
    if (text->data() != nullptr) {
      for (const std::string& null_text : rules_.null_texts) {
        if (*text == null_text) {
          *text = {};
          break;
        }
      }
    }
    if (text->data() == nullptr) {
      if (!rules_.default_text) return rules_.nullable ? Fault::kNone : Fault::kNull;
      *text = rules_.default_text->view();
    }
    return rules_.Hold(*text) ? Fault::kNone : Fault::kConstraint;
  }

  TextRules rules_;
  std::unique_ptr<ScalarBuilder> inner_;
  std::vector<std::string_view> rewritten_;
};

}  // namespace

core::Result<std::unique_ptr<ScalarBuilder>> ApplyRules(const schema::ColumnSpec& column, Constraints constraints,
                                                        std::unique_ptr<ScalarBuilder> inner) {
  const std::string& name = column.field.name;
  const bool textual = IsTextual(column.field.type);
  if (textual && (constraints.min || constraints.max)) {
    return core::InvalidInput(fmt::format("column '{}': min and max are for numbers, dates and times", name));
  }
  TextRules rules{.null_texts = column.null_texts, .nullable = column.field.nullable};
  if (column.default_text) rules.default_text.emplace(*column.default_text);
  if (textual) rules.one_of = std::move(constraints.one_of);
  if (constraints.pattern) {
    SLUICE_ASSIGN_OR_RETURN(rules.pattern, TextPattern::Compile(*constraints.pattern, name));
  }
  rules.length_max = constraints.length_max;
  rules.length_in_bytes = column.field.type.kind == schema::TypeKind::kBinary;
  if (rules.nullable && rules.null_texts.empty() && !rules.default_text && !rules.constrained()) return inner;
  auto builder = std::make_unique<RuleBuilder>(std::move(rules), std::move(inner));
  if (column.default_text) {
    if (const Fault fault = builder->AppendOne(PaddedText(*column.default_text).view()); fault != Fault::kNone) {
      return core::InvalidInput(
          fmt::format("column '{}': the default '{}' is {}", name, *column.default_text, FaultReason(fault, column)));
    }
    SLUICE_TRY(builder->Finish());
  }
  return std::unique_ptr<ScalarBuilder>(std::move(builder));
}

}  // namespace sluice::columns
