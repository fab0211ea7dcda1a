#include "warehouse/load_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "core/executor.h"
#include "parquet/footer.h"
#include "schema/type_text.h"
#include "storage/path.h"
#include "warehouse/recorded_files.h"

namespace sluice::warehouse {
namespace {

/// The lock's folder: a recorder may go on in the same folder while earlier files are loaded.
constexpr std::string_view kLockFolder = ".load";

core::Result<LoadPlan::Folder> OpenFolder(const storage::Environment& environment, const std::string& path,
                                          const LoadPlanOptions& options) {
  LoadPlan::Folder folder;
  if (!options.dry_run) {
    const std::string lock_folder = storage::JoinPath(path, kLockFolder);
    SLUICE_ASSIGN_OR_RETURN(storage::LockAttempt attempt, storage::LockFile::TryAcquire(lock_folder, options.holder));
    if (!attempt.lock.has_value()) {
      return core::Conflict(fmt::format("{} is being loaded by {}", storage::QuotedPath(path), attempt.holder))
          .WithHint("wait for it, then run the same command again");
    }
    folder.lock = std::move(attempt.lock);
  }
  SLUICE_ASSIGN_OR_RETURN(folder.ledger, LoadLedger::Open(path, !options.dry_run, environment.clock));
  return folder;
}

LoadItem ItemOf(const RecordedFolder& folder, const recorder::ManifestFile& file, const std::string& target) {
  LoadItem item;
  item.file = {.path = storage::JoinPath(folder.path, file.file),
               .folder = std::string(storage::FileName(folder.path)),
               .file = file.file,
               .sha256 = file.sha256,
               .rows = file.rows,
               .bytes = file.bytes,
               .sequence = file.sequence,
               .recorder = file.recorder,
               .min_time = file.min_time,
               .max_time = file.max_time};
  item.row = {.target = target, .sha256 = file.sha256, .file = file.file, .rows = file.rows, .bytes = file.bytes};
  return item;
}

/// What was submitted may have done something, whatever was said of it afterwards.
void SetBack(LedgerRow& row) {
  if (row.state != LoadState::kFailed) return;
  row.state = row.attempts > 0 ? LoadState::kUnknown : LoadState::kSealed;
  row.rows_loaded = 0;
  row.rows_rejected = 0;
  row.error.clear();
}

core::Status DeclareJson(std::span<const std::string> names, const std::string& path, schema::Schema& schema) {
  for (schema::Field& field : schema.fields) {
    if (std::ranges::find(names, field.name) == names.end()) continue;
    if (field.type.kind != schema::TypeKind::kString && field.type.kind != schema::TypeKind::kJson) {
      return core::InvalidInput(fmt::format("{}: column {} is {}, and JSON is a text", storage::QuotedPath(path),
                                            field.name, schema::FormatType(field.type)))
          .WithHint("leave it out of the json columns");
    }
    field.type = schema::Simple(schema::TypeKind::kJson);
  }
  return core::Ok();
}

core::Status CheckJsonColumns(std::span<const std::string> names, std::span<const LoadItem> items) {
  const auto has = [](const LoadItem& item, const std::string& name) {
    return item.file.schema == nullptr ||
           std::ranges::find(item.file.schema->fields, name, &schema::Field::name) != item.file.schema->fields.end();
  };
  for (const std::string& name : names) {
    if (items.empty() || std::ranges::any_of(items, [&](const LoadItem& item) { return has(item, name); })) continue;
    return core::InvalidInput(fmt::format("no file has the json column {}", name));
  }
  return core::Ok();
}

core::Status Inspect(const storage::Environment& environment, const recorder::ManifestFile& recorded,
                     const LoadPlanOptions& options, LoadItem& item) {
  SLUICE_TRY(environment.cancellation.Check());
  SLUICE_ASSIGN_OR_RETURN(item.damage, DamageOf(environment.files, item.file.path, recorded));
  if (!item.damage.empty()) return core::Ok();
  const auto footer = parquet::ReadFooter(environment.files, item.file.path, environment.pool);
  if (!footer.has_value()) {
    item.damage = footer.error().message();
  } else if (footer->rows != recorded.rows) {
    item.damage = fmt::format("the file has {} rows, {} were recorded", footer->rows, recorded.rows);
  } else {
    schema::Schema schema = footer->schema;
    SLUICE_TRY(DeclareJson(options.json_columns, item.file.path, schema));
    item.file.schema = std::make_shared<const schema::Schema>(std::move(schema));
  }
  return core::Ok();
}

/// Several at a time: to digest a file takes a part of the time that it takes to load it.
core::Status InspectOpen(const storage::Environment& environment, const RecordedFolder& recorded,
                         const LoadPlanOptions& options, std::span<LoadItem> items) {
  std::vector<core::Status> inspected(items.size());
  {
    core::TaskGroup tasks(environment.executor);
    for (std::size_t index = 0; index < items.size(); ++index) {
      if (!items[index].open()) continue;
      tasks.Run([&, index] { inspected[index] = Inspect(environment, recorded.files[index], options, items[index]); });
    }
  }
  for (const core::Status& status : inspected) SLUICE_TRY(status);
  return core::Ok();
}

core::Status AddFolder(const storage::Environment& environment, const RecordedFolder& recorded,
                       const std::string& target, const LoadPlanOptions& options, LoadPlan& plan) {
  SLUICE_ASSIGN_OR_RETURN(LoadPlan::Folder folder, OpenFolder(environment, recorded.path, options));
  std::map<std::string, LedgerRow> known;
  if (folder.ledger != nullptr) {
    SLUICE_ASSIGN_OR_RETURN(std::vector<LedgerRow> rows, folder.ledger->Rows(target));
    for (LedgerRow& row : rows) known.emplace(row.sha256, std::move(row));
  }
  std::vector<LoadItem> items;
  for (const recorder::ManifestFile& file : recorded.files) {
    LoadItem item = ItemOf(recorded, file, target);
    const auto found = known.find(file.sha256);
    if (found != known.end()) item.row = found->second;
    item.earlier = item.loaded();
    if (options.retry_failed) SetBack(item.row);
    items.push_back(std::move(item));
  }
  SLUICE_TRY(InspectOpen(environment, recorded, options, items));
  std::vector<LedgerRow> changed;
  for (LoadItem& item : items) {
    // One in doubt may be in the target already: what its bytes are now does not matter yet.
    if (item.open() && !item.in_doubt() && !item.damage.empty()) {
      item.row.state = LoadState::kFailed;
      item.row.error = item.damage;
    }
    item.ledger = folder.ledger.get();
    item.file.stage_path = item.row.stage_path;
    item.file.request_id = item.row.request_id;
    item.file.unique_name = item.row.stage_path.empty()
                                ? UniqueName(item.file.file, item.file.sha256, item.row.attempts)
                                : std::string(storage::FileName(item.row.stage_path));
    const auto found = known.find(item.file.sha256);
    if (found == known.end() || !(found->second == item.row)) changed.push_back(item.row);
    plan.items.push_back(std::move(item));
  }
  if (!options.dry_run && !changed.empty()) SLUICE_TRY(folder.ledger->Write(changed));
  plan.folders.push_back(std::move(folder));
  plan.notes.insert(plan.notes.end(), recorded.notes.begin(), recorded.notes.end());
  plan.files_open += recorded.files_open;
  return core::Ok();
}

}  // namespace

bool LoadItem::open() const { return row.state == LoadState::kSealed || row.state == LoadState::kStaged || in_doubt(); }

core::Result<LoadPlan> PlanLoad(const storage::Environment& environment, const std::string& path,
                                const std::string& target, const LoadPlanOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<RecordedFolder> folders, FindRecordedFolders(environment.files, path));
  LoadPlan plan;
  for (const RecordedFolder& folder : folders) {
    SLUICE_TRY(AddFolder(environment, folder, target, options, plan));
  }
  SLUICE_TRY(CheckJsonColumns(options.json_columns, plan.items));
  return plan;
}

std::string UniqueName(const std::string& file, const std::string& sha256, std::uint64_t attempts) {
  const std::size_t dot = file.rfind('.');
  const std::string stem = file.substr(0, dot);
  const std::string suffix = dot == std::string::npos ? "" : file.substr(dot);
  const std::string again = attempts == 0 ? "" : fmt::format("-a{}", attempts + 1);
  return stem + "-" + sha256.substr(0, 8) + again + suffix;
}

}  // namespace sluice::warehouse
