#include "csv/column_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "columns/utf8.h"

namespace sluice::csv {
namespace {

constexpr std::size_t kListedMax = 10;

/// "'a', 'b' and 3 more"
std::string List(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kListedMax); ++i) {
    fmt::format_to(std::back_inserter(list), "{}'{}'", i == 0 ? "" : ", ", columns::ToValidUtf8(names[i]));
  }
  if (names.size() > kListedMax) fmt::format_to(std::back_inserter(list), " and {} more", names.size() - kListedMax);
  return list;
}

/// The name an input column has in `spec`'s terms.
std::string_view Renamed(const schema::TableSpec& spec, std::string_view name) {
  for (const auto& [from, to] : spec.renames) {
    if (from == name) return to;
  }
  return name;
}

std::string_view InputName(const schema::ColumnSpec& column) {
  return column.from.empty() ? std::string_view(column.field.name) : std::string_view(column.from);
}

using Places = std::unordered_map<std::string_view, std::size_t>;

/// By the name in the file first, then by the name a rename gives.
std::optional<std::size_t> FindInput(const schema::ColumnSpec& column, const Places& places, const Places& renamed) {
  if (const auto it = places.find(InputName(column)); it != places.end()) return it->second;
  if (const auto it = renamed.find(column.field.name); it != renamed.end()) return it->second;
  return std::nullopt;
}

void ReportOrder(ColumnPlan* plan) {
  std::vector<std::size_t> sorted;
  for (const PlannedColumn& column : plan->columns) {
    if (column.input) sorted.push_back(*column.input);
  }
  std::sort(sorted.begin(), sorted.end());
  std::size_t rank = 0;
  for (const PlannedColumn& column : plan->columns) {
    if (!column.input || *column.input == sorted[rank++]) continue;
    plan->findings.push_back({columns::ColumnFinding::Kind::kReordered, column.spec.field.name,
                              fmt::format("column {} of the input", *column.input + 1)});
  }
}

/// Extra columns of the input: refused or reported.
core::Status PlaceExtras(const std::vector<std::string>& header, const schema::TableSpec& spec, ColumnPlan* plan) {
  std::vector<bool> used(header.size(), false);
  for (const PlannedColumn& column : plan->columns) {
    if (column.input) used[*column.input] = true;
  }
  std::vector<std::string> extra;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!used[i]) extra.push_back(header[i]);
  }
  if (!extra.empty() && spec.extra == schema::ExtraColumns::kRefuse) {
    return schema::ExtraColumnsRefused(List(extra));
  }
  for (const std::string& name : extra) {
    plan->findings.push_back({columns::ColumnFinding::Kind::kIgnored, name, "not in the schema"});
  }
  return core::Ok();
}

}  // namespace

bool NamesColumn(const schema::TableSpec& spec, std::string_view name) {
  const std::string_view renamed = Renamed(spec, name);
  return std::any_of(spec.columns.begin(), spec.columns.end(), [&](const schema::ColumnSpec& column) {
    return !column.value && (InputName(column) == name || column.field.name == renamed);
  });
}

core::Status CheckHeader(const std::vector<std::string>& header) {
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) {
      return core::InvalidInput(fmt::format("the header has no name for column {} of {}", i + 1, header.size()))
          .WithHint(i + 1 == header.size()
                        ? "the header line ends in a delimiter: name the column or remove the delimiter"
                        : "name the column, or say --header no when the first line is data");
    }
    if (!columns::IsUtf8(header[i])) {
      return core::InvalidInput(fmt::format("the name of column {} in the header is not UTF-8", i + 1))
          .WithHint("declare the encoding with --encoding-in");
    }
    const auto [it, added] = first.emplace(header[i], i);
    if (!added) {
      return core::InvalidInput(
                 fmt::format("the header names '{}' twice: columns {} and {}", header[i], it->second + 1, i + 1))
          .WithHint("rename one in the file, or say --header no when the first line is data");
    }
  }
  return core::Ok();
}

core::Result<ColumnPlan> PlanByName(const std::vector<std::string>& header, const schema::TableSpec& spec) {
  SLUICE_TRY(CheckHeader(header));
  ColumnPlan plan{.input_columns = header.size()};
  Places places;
  Places renamed;
  for (std::size_t i = 0; i < header.size(); ++i) {
    places.emplace(header[i], i);
    renamed.emplace(Renamed(spec, header[i]), i);
  }
  std::vector<std::string> missing;
  for (const schema::ColumnSpec& column : spec.columns) {
    PlannedColumn planned{.spec = column, .constant = column.value};
    if (!column.value) planned.input = FindInput(column, places, renamed);
    const std::string& name = column.field.name;
    if (!column.value && !planned.input) {
      if (!column.field.nullable && !column.default_text) missing.push_back(name);
      plan.findings.push_back({columns::ColumnFinding::Kind::kMissing, name,
                               column.default_text ? fmt::format("filled with '{}'", *column.default_text) : "NULL"});
    } else if (planned.input && header[*planned.input] != name) {
      plan.findings.push_back(
          {columns::ColumnFinding::Kind::kRenamed, name, fmt::format("as '{}'", header[*planned.input])});
    }
    plan.columns.push_back(std::move(planned));
  }
  if (!missing.empty()) {
    return core::InvalidInput(fmt::format("the input lacks columns that may not be NULL: {}", List(missing)))
        .WithHint("give them a default, or make them nullable");
  }
  ReportOrder(&plan);
  SLUICE_TRY(PlaceExtras(header, spec, &plan));
  return plan;
}

core::Result<ColumnPlan> PlanByPosition(std::size_t input_columns, const schema::TableSpec& spec) {
  ColumnPlan plan{.input_columns = input_columns};
  std::size_t place = 0;
  for (const schema::ColumnSpec& column : spec.columns) {
    PlannedColumn planned{.spec = column, .constant = column.value};
    if (!column.value) planned.input = place++;
    plan.columns.push_back(std::move(planned));
  }
  if (place != input_columns) {
    return core::InvalidInput(
               fmt::format("the first record has {} fields where the schema has {} columns", input_columns, place))
        .WithHint("without a header, columns are matched by position; say --header yes when the first line names them");
  }
  return plan;
}

}  // namespace sluice::csv
