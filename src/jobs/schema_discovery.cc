#include "jobs/schema_discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "columns/type_guess.h"
#include "csv/inference.h"
#include "jobs/format_options.h"
#include "jobs/open_reader.h"
#include "jobs/table_input.h"
#include "json/guess_node.h"
#include "json/inference.h"
#include "parquet/footer.h"
#include "schema/type_text.h"
#include "textlog/inference.h"

namespace sluice::jobs {
namespace {

using columns::TypeGuess;
using schema::Type;

/// One column as one input shows it.
struct FoundColumn {
  schema::Field field = {};
  // What all its values have in common, in text formats: merged, it forgets nothing. Of JSON with nesting, `node`
  // alone.
  std::optional<TypeGuess> guess = {};
  std::shared_ptr<const json::GuessNode> node = {};
  std::optional<Type> widened_from = {};
};

struct FoundInput {
  std::string path = {};
  bool catalog = false;
  std::vector<FoundColumn> columns = {};
  std::vector<std::string> notes = {};
};

/// One column of the output while inputs are merged into it.
struct MergedColumn {
  FoundColumn found = {};
  bool catalog = false;
};

class Discoverer {
 public:
  Discoverer(const ReadSettings& read, const schema::TableSpec& declared, const Environment& environment,
             InputOpener& opener)
      : read_(read), declared_(declared), environment_(environment), opener_(opener) {}

  core::Result<Discovery> Discover(const std::vector<std::string>& inputs) {
    std::vector<FoundInput> found;
    for (const std::string& path : inputs) {
      SLUICE_ASSIGN_OR_RETURN(found.emplace_back(), Look(path));
      Merge(found.back(), found.size() == 1);
    }
    return Finish(found);
  }

 private:
  core::Result<FoundInput> Look(const std::string& path) {
    SLUICE_ASSIGN_OR_RETURN(const InputFormat format, FormatFor(path, read_));
    switch (format) {
      case InputFormat::kParquet: return LookAtParquet(path);
      case InputFormat::kDelta: return LookAtTable(path);
      case InputFormat::kJson:
      case InputFormat::kNdjson: return LookAtJson(path, format);
      case InputFormat::kText: return LookAtText(path);
      case InputFormat::kCsv:
      case InputFormat::kTsv: break;
    }
    SLUICE_ASSIGN_OR_RETURN(auto stream, opener_.Open(path));
    SLUICE_ASSIGN_OR_RETURN(csv::Inference inference,
                            csv::Infer(std::move(stream), path, CsvOptionsOf(read_, format), environment_.executor,
                                       environment_.cancellation, environment_.pool));
    FoundInput found{.path = path, .notes = std::move(inference.notes)};
    KeepDialect(inference.options);
    for (csv::InferredColumn& column : inference.columns) {
      found.columns.push_back({{Renamed(column.name), column.type()}, column.guess, {}, column.widened_from()});
    }
    return found;
  }

  // What one look at an input found must hold for the next one, too.
  void KeepDialect(const csv::CsvOptions& options) {
    ReadSettings settings = read_;
    settings.delimiter = options.delimiter;
    settings.quote = options.quote;
    settings.escape = options.escape;
    if (options.header != csv::HeaderMode::kAuto) settings.header = options.header == csv::HeaderMode::kYes;
    if (dialect_ && *dialect_ != settings) dialects_differ_ = true;
    dialect_ = std::move(settings);
  }

  core::Result<FoundInput> LookAtJson(const std::string& path, InputFormat format) {
    SLUICE_ASSIGN_OR_RETURN(auto stream, opener_.Open(path));
    SLUICE_ASSIGN_OR_RETURN(json::Inference inference,
                            json::Infer(std::move(stream), path, JsonOptionsOf(read_, format, true), declared_,
                                        environment_.executor, environment_.cancellation, environment_.pool));
    FoundInput found = FoundIn(path, inference);
    for (std::size_t i = 0; i < found.columns.size(); ++i) {
      found.columns[i].node = inference.guesses[i];
      found.columns[i].guess = inference.guesses[i]->ScalarsOnly();
    }
    return found;
  }

  core::Result<FoundInput> LookAtText(const std::string& path) {
    SLUICE_ASSIGN_OR_RETURN(auto stream, opener_.Open(path));
    SLUICE_ASSIGN_OR_RETURN(textlog::Inference inference,
                            textlog::Infer(std::move(stream), path, TextlogOptionsOf(read_), declared_,
                                           environment_.executor, environment_.cancellation, environment_.pool));
    FoundInput found = FoundIn(path, inference);
    for (std::size_t i = 0; i < found.columns.size(); ++i) found.columns[i].guess = inference.guesses[i];
    return found;
  }

  template <typename Inference>
  static FoundInput FoundIn(const std::string& path, const Inference& inference) {
    FoundInput found{.path = path};
    for (std::size_t i = 0; i < inference.spec.columns.size(); ++i) {
      found.columns.push_back({inference.spec.columns[i].field, {}, {}, inference.widened_from[i]});
    }
    return found;
  }

  core::Result<FoundInput> LookAtParquet(const std::string& path) {
    SLUICE_ASSIGN_OR_RETURN(const parquet::Footer footer,
                            parquet::ReadFooter(environment_.files, path, environment_.pool));
    FoundInput found{.path = path, .catalog = true};
    for (const schema::Field& field : footer.schema.fields) {
      found.columns.push_back({{Renamed(field.name), field.type, field.nullable}, {}, {}, {}});
    }
    return found;
  }

  core::Result<FoundInput> LookAtTable(const std::string& name) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableInput(name, environment_));
    SLUICE_ASSIGN_OR_RETURN(const schema::Schema columns, TableColumns(*snapshot));
    FoundInput found{.path = name, .catalog = true};
    for (const schema::Field& field : columns.fields) found.columns.push_back({field, {}, {}, {}});
    return found;
  }

  std::string Renamed(const std::string& name) const {
    for (const auto& [before, after] : declared_.renames) {
      if (before == name) return after;
    }
    return name;
  }

  static void MergeTypes(const FoundColumn& column, FoundColumn& target) {
    if (target.node != nullptr && column.node != nullptr) {
      const std::size_t members_max = json::JsonOptions().members_max;
      auto both = std::make_shared<json::GuessNode>();
      for (const auto& node : {target.node, column.node}) both->Merge(*node, /*lines=*/0, members_max, members_max);
      target.field.type = both->Resolve();
      target.guess = both->ScalarsOnly();
      target.node = std::move(both);
      return;
    }
    target.node.reset();
    if (target.guess && column.guess) {
      target.guess->Merge(*column.guess);
      target.field.type = target.guess->Resolve().value_or(schema::Simple(schema::TypeKind::kString));
    } else {
      target.field.type = columns::Widen(target.field.type, column.field.type);
      target.guess.reset();
    }
  }

  void Merge(const FoundInput& input, bool first) {
    for (const FoundColumn& column : input.columns) {
      const auto known = std::find_if(merged_.begin(), merged_.end(), [&](const MergedColumn& each) {
        return each.found.field.name == column.field.name;
      });
      if (known == merged_.end()) {
        if (!first) warnings_.push_back(fmt::format("column '{}' added in {}", column.field.name, input.path));
        merged_.push_back({column, input.catalog});
        continue;
      }
      FoundColumn& target = known->found;
      MergeTypes(column, target);
      target.field.nullable = target.field.nullable || column.field.nullable;
      if (!target.widened_from) target.widened_from = column.widened_from;
      known->catalog = known->catalog && input.catalog;
    }
  }

  // Rows of an input that lacks a column are NULL in it.
  void MakeNullableWhereMissing(const std::vector<FoundInput>& inputs) {
    for (MergedColumn& column : merged_) {
      for (const FoundInput& input : inputs) {
        const bool there = std::any_of(input.columns.begin(), input.columns.end(), [&](const FoundColumn& each) {
          return each.field.name == column.found.field.name;
        });
        if (!there) column.found.field.nullable = true;
      }
    }
  }

  void TellWidened(const std::vector<FoundInput>& inputs) {
    for (const FoundInput& input : inputs) {
      for (const FoundColumn& column : input.columns) {
        for (MergedColumn& target : merged_) {
          const schema::Field& field = target.found.field;
          if (field.name != column.field.name || field.type == column.field.type) continue;
          if (!target.found.widened_from) target.found.widened_from = column.field.type;
          warnings_.push_back(fmt::format("column '{}' widened: {} in {} → {}", field.name,
                                          FormatType(column.field.type), input.path, FormatType(field.type)));
        }
      }
    }
  }

  Discovery Finish(const std::vector<FoundInput>& inputs) {
    MakeNullableWhereMissing(inputs);
    if (inputs.size() > 1) TellWidened(inputs);
    Discovery discovery{.spec = declared_};
    const bool one_dialect = dialect_ && !dialects_differ_;
    discovery.read = one_dialect ? *dialect_ : read_;
    for (const FoundInput& input : inputs) {
      for (const std::string& note : input.notes) {
        if (one_dialect) warnings_.push_back(inputs.size() > 1 ? fmt::format("{}: {}", input.path, note) : note);
      }
    }
    for (const MergedColumn& column : merged_) {
      const schema::Field& field = column.found.field;
      discovery.spec.columns.push_back(schema::ColumnSpec{.field = field});
      pipeline::PlannedColumn planned{.name = field.name, .type = FormatType(field.type), .nullable = field.nullable};
      planned.origin = column.catalog ? "catalog" : "inferred";
      const auto& before = column.found.widened_from;
      if (before && *before != field.type) planned.widened_from = FormatType(*before);
      discovery.columns.push_back(std::move(planned));
    }
    discovery.warnings = std::move(warnings_);
    return discovery;
  }

  const ReadSettings& read_;
  const schema::TableSpec& declared_;
  const Environment& environment_;
  InputOpener& opener_;
  std::vector<MergedColumn> merged_;
  std::vector<std::string> warnings_;
  std::optional<ReadSettings> dialect_;
  bool dialects_differ_ = false;
};

Discovery DeclaredColumns(const schema::TableSpec& spec) {
  Discovery discovery{.spec = spec};
  for (const schema::ColumnSpec& column : spec.columns) {
    discovery.columns.push_back({.name = column.field.name,
                                 .type = FormatType(column.field.type),
                                 .nullable = column.field.nullable,
                                 .origin = "declared"});
  }
  return discovery;
}

}  // namespace

core::Result<Discovery> DiscoverSchema(const std::vector<std::string>& inputs, const ReadSettings& read,
                                       const std::optional<schema::TableSpec>& declared, const Environment& environment,
                                       InputOpener& opener) {
  if (declared && !declared->columns.empty()) {
    Discovery discovery = DeclaredColumns(*declared);
    discovery.read = read;
    return discovery;
  }
  if (std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) SLUICE_TRY(opener.SpoolStandardInput());
  const schema::TableSpec nothing;
  SLUICE_ASSIGN_OR_RETURN(Discovery discovery,
                          Discoverer(read, declared ? *declared : nothing, environment, opener).Discover(inputs));
  discovery.inferred = true;
  return discovery;
}

}  // namespace sluice::jobs
