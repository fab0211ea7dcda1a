#include "jobs/table_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "schema/type.h"

namespace sluice::jobs {
namespace {

using Replaces = TableOutput::Replaces;

constexpr const char* kOutputTag = "sluice.output";
constexpr const char* kContentsTag = "sluice.contents";
constexpr const char* kFilesTag = "sluice.files";
constexpr const char* kRowsTag = "sluice.rows";

constexpr const char* kId = "table.id";
constexpr const char* kVersion = "table.version";
constexpr const char* kContents = "table.contents";
constexpr const char* kReplaces = "table.replaces";
constexpr const char* kCondition = "table.condition";
constexpr std::array<std::string_view, 4> kReplacesNames{"nothing", "files", "rows", "table"};

template <typename Number>
std::optional<Number> ToNumber(const std::string& text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::string TextOf(const std::map<std::string, std::string>& texts, const char* key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::string() : found->second;
}

std::string TagOf(const delta::StringMap& tags, const char* key) {
  const auto found = tags.find(key);
  return found == tags.end() ? std::string() : found->second;
}

std::string QuotedText(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

bool IsNumber(const schema::Type& type) {
  return type.kind >= schema::TypeKind::kInt8 && type.kind <= schema::TypeKind::kFloat64;
}

}  // namespace

std::string TableOutputId(const std::string& job, std::optional<Date> date) {
  return date ? fmt::format("sluice.export.{}.{}", job, FormatDate(*date)) : fmt::format("sluice.export.{}", job);
}

void StoreTableOutput(const TableOutput& output, pipeline::PlannedTask& task) {
  task.settings[kId] = output.id;
  task.settings[kVersion] = std::to_string(output.version);
  task.settings[kContents] = output.contents;
  task.settings[kReplaces] = kReplacesNames[static_cast<std::size_t>(output.replaces)];
  if (!output.condition.empty()) task.settings[kCondition] = output.condition;
}

core::Result<std::optional<TableOutput>> TableOutputOf(const pipeline::PlannedTask& task) {
  if (!task.settings.contains(kId)) return std::optional<TableOutput>();
  TableOutput output{.id = TextOf(task.settings, kId), .contents = TextOf(task.settings, kContents)};
  output.condition = TextOf(task.settings, kCondition);
  const auto version = ToNumber<std::int64_t>(TextOf(task.settings, kVersion));
  const auto replaces = std::find(kReplacesNames.begin(), kReplacesNames.end(), TextOf(task.settings, kReplaces));
  if (!version || replaces == kReplacesNames.end()) {
    return core::InvalidInput(fmt::format("task {}: the plan's '{}' or '{}' is wrong", task.index, kVersion, kReplaces))
        .WithHint("make the plan again");
  }
  output.version = *version;
  output.replaces = static_cast<Replaces>(replaces - kReplacesNames.begin());
  return std::optional(std::move(output));
}

std::int64_t PublishedVersion(const delta_log::Snapshot& snapshot, const std::string& id) {
  const auto transaction = snapshot.transactions.find(id);
  return transaction == snapshot.transactions.end() ? 0 : transaction->second.version;
}

PublishedOutput FindPublished(const delta_log::Snapshot& snapshot, const std::string& id) {
  PublishedOutput found;
  std::optional<std::size_t> files_published;
  snapshot.files.ForEach([&](delta_log::FileRef file) {
    const delta_log::FileSegment& segment = snapshot.files.segment(file.segment);
    const delta_log::FileExtras* const extras = segment.extras(file.row);
    if (extras == nullptr || !extras->tags || TagOf(*extras->tags, kOutputTag) != id) return;
    found.files.push_back(file);
    found.bytes += static_cast<std::uint64_t>(segment.size_bytes(file.row));
    found.contents = TagOf(*extras->tags, kContentsTag);
    files_published = ToNumber<std::size_t>(TagOf(*extras->tags, kFilesTag));
    found.rows = ToNumber<std::uint64_t>(TagOf(*extras->tags, kRowsTag)).value_or(0);
  });
  found.whole = files_published == found.files.size();
  return found;
}

void TagFiles(const TableOutput& output, std::uint64_t rows, std::vector<delta::AddFile>& files) {
  for (delta::AddFile& file : files) {
    if (!file.tags) file.tags.emplace();
    (*file.tags)[kOutputTag] = output.id;
    (*file.tags)[kContentsTag] = output.contents;
    (*file.tags)[kFilesTag] = std::to_string(files.size());
    (*file.tags)[kRowsTag] = std::to_string(rows);
  }
}

core::Result<std::string> DateCondition(const ExportJob& job, const std::vector<std::string>& partition_columns,
                                        Date date) {
  if (job.target.table->replace_where) return job.target.table->replace_where->Expand(date);
  if (!job.schema) return std::string();
  std::string condition;
  std::string dates;
  for (const std::string& name : partition_columns) {
    const auto column = std::find_if(job.schema->columns.begin(), job.schema->columns.end(),
                                     [&](const schema::ColumnSpec& spec) { return spec.field.name == name; });
    if (column == job.schema->columns.end() || !column->value || !column->formats.empty()) continue;
    dates += *column->value + " ";
    SLUICE_ASSIGN_OR_RETURN(const std::string value, ExpandDates(*column->value, date));
    condition += fmt::format("{}{} = {}", condition.empty() ? "" : " AND ", QuotedText(name, '`'),
                             IsNumber(column->field.type) ? value : QuotedText(value, '\''));
  }
  const auto pattern = NamePattern::Parse(dates);
  return pattern && pattern->determines_date() ? condition : std::string();
}

table::WriteRequest ToWriteRequest(const TableSettings& settings, const TableOutput& output) {
  table::WriteRequest request = ToWriteRequest(settings);
  request.application = table::ApplicationVersion{output.id, output.version};
  switch (output.replaces) {
    case Replaces::kNothing: request.mode = table::WriteMode::kAppend; break;
    case Replaces::kFiles: request.mode = table::WriteMode::kReplaceFiles; break;
    case Replaces::kRows:
      request.mode = table::WriteMode::kReplaceWhere;
      request.replace_where = output.condition;
      break;
    case Replaces::kTable: request.mode = table::WriteMode::kOverwrite; break;
  }
  return request;
}

std::string LedgerVersion(std::int64_t version) { return fmt::format("txn:{}", version); }

}  // namespace sluice::jobs
