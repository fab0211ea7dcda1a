#include "schema/schema_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "schema/type_text.h"

namespace sluice::schema {
namespace {

constexpr std::array<std::string_view, 8> kChangeNames{
    "added", "missing", "reordered", "widened", "narrowed", "incompatible", "became-nullable", "became-required"};

std::string Describe(const Field& field) { return FormatType(field.type) + (field.nullable ? "" : " not null"); }

std::unordered_map<std::string, std::size_t> PositionsOf(const Schema& schema) {
  std::unordered_map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) positions.emplace(schema.fields[i].name, i);
  return positions;
}

/// The indices of `ranks` that are not on one longest increasing subsequence: the fewest columns that must have moved.
std::vector<std::size_t> Moved(const std::vector<std::size_t>& ranks) {
  std::vector<std::size_t> tails;  // index whose rank ends the best subsequence of each length
  std::vector<std::size_t> before(ranks.size());
  constexpr auto kNone = static_cast<std::size_t>(-1);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const auto place = std::lower_bound(tails.begin(), tails.end(), ranks[i],
                                        [&](std::size_t index, std::size_t rank) { return ranks[index] < rank; });
    before[i] = place == tails.begin() ? kNone : *(place - 1);
    if (place == tails.end()) {
      tails.push_back(i);
    } else {
      *place = i;
    }
  }
  std::vector<bool> stays(ranks.size(), false);
  for (std::size_t i = tails.empty() ? kNone : tails.back(); i != kNone; i = before[i]) stays[i] = true;
  std::vector<std::size_t> moved;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (!stays[i]) moved.push_back(i);
  }
  return moved;
}

void CompareFields(const Field& before, const Field& after, std::vector<ColumnChange>& changes) {
  const auto add = [&](ChangeKind kind) { changes.push_back({kind, before.name, Describe(before), Describe(after)}); };
  switch (Relate(before.type, after.type)) {
    case TypeRelation::kSame: break;
    case TypeRelation::kWidened: add(ChangeKind::kWidened); break;
    case TypeRelation::kNarrowed: add(ChangeKind::kNarrowed); break;
    case TypeRelation::kIncompatible: add(ChangeKind::kIncompatible); break;
  }
  if (before.nullable && !after.nullable) add(ChangeKind::kBecameRequired);
  if (!before.nullable && after.nullable) add(ChangeKind::kBecameNullable);
}

}  // namespace

std::string_view ChangeKindName(ChangeKind kind) { return kChangeNames[static_cast<std::size_t>(kind)]; }

bool SchemaDiff::lossless() const {
  return std::all_of(changes.begin(), changes.end(), [](const ColumnChange& change) {
    switch (change.kind) {
      case ChangeKind::kAdded: return !change.after.ends_with(" not null");
      case ChangeKind::kReordered:
      case ChangeKind::kWidened:
      case ChangeKind::kBecameNullable: return true;
      default: return false;
    }
  });
}

SchemaDiff Diff(const Schema& before, const Schema& after) {
  SchemaDiff diff;
  const auto before_positions = PositionsOf(before);
  const auto after_positions = PositionsOf(after);
  std::vector<std::size_t> ranks;
  std::vector<std::size_t> common;
  for (std::size_t i = 0; i < before.fields.size(); ++i) {
    const Field& field = before.fields[i];
    const auto found = after_positions.find(field.name);
    if (found == after_positions.end()) {
      diff.changes.push_back({ChangeKind::kMissing, field.name, Describe(field), ""});
      continue;
    }
    CompareFields(field, after.fields[found->second], diff.changes);
    common.push_back(i);
    ranks.push_back(found->second);
  }
  for (const std::size_t index : Moved(ranks)) {
    diff.changes.push_back({ChangeKind::kReordered, before.fields[common[index]].name,
                            fmt::format("{}", common[index] + 1), fmt::format("{}", ranks[index] + 1)});
  }
  for (const Field& field : after.fields) {
    if (!before_positions.contains(field.name)) {
      diff.changes.push_back({ChangeKind::kAdded, field.name, "", Describe(field)});
    }
  }
  return diff;
}

std::string ToText(const SchemaDiff& diff) {
  if (diff.identical()) return "the schemas are the same\n";
  std::string text;
  for (const ColumnChange& change : diff.changes) {
    text += fmt::format("{:<16}{}: ", ChangeKindName(change.kind), change.column);
    if (change.kind == ChangeKind::kReordered) text += "column ";
    text += change.before;
    if (!change.before.empty() && !change.after.empty()) text += " → ";
    text += change.after + "\n";
  }
  return text;
}

std::string ToJson(const SchemaDiff& diff) {
  nlohmann::ordered_json json{
      {"identical", diff.identical()}, {"lossless", diff.lossless()}, {"changes", nlohmann::ordered_json::array()}};
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  for (const ColumnChange& change : diff.changes) {
    json["changes"].push_back({{"kind", ChangeKindName(change.kind)},
                               {"column", change.column},
                               {"before", text_or_null(change.before)},
                               {"after", text_or_null(change.after)}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::schema
