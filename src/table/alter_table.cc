#include "table/alter_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/suggestion.h"
#include "delta/name_folding.h"
#include "delta/property_table.h"
#include "delta/protocol_gate.h"
#include "delta/protocol_upgrade.h"
#include "delta/schema_change.h"
#include "delta/schema_json.h"
#include "delta/table_properties.h"
#include "delta_log/snapshot_state.h"
#include "table/constraint_check.h"
#include "table/new_table.h"

namespace sluice::table {
namespace {

using delta::StringMap;
using delta_log::Snapshot;

constexpr std::string_view kConstraintPrefix = "delta.constraints.";
constexpr std::string_view kFeaturePrefix = "delta.feature.";
constexpr std::string_view kMappingMode = "delta.columnMapping.mode";

bool BeginsWith(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && delta::SameName(name.substr(0, prefix.size()), prefix);
}

/// The key of `map` that is spelled so if case does not count.
const std::string* FindKey(const StringMap& map, std::string_view key) {
  if (const auto exact = map.find(key); exact != map.end()) return &exact->first;
  const auto at = std::ranges::find_if(map, [&](const auto& entry) { return delta::SameName(entry.first, key); });
  return at == map.end() ? nullptr : &at->first;
}

core::Error NotThere(const StringMap& known, std::string_view prefix, std::string_view what, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [key, value] : known) {
    if (BeginsWith(key, prefix)) names.push_back(key.substr(prefix.size()));
  }
  const std::string near(core::NearestName(name, names));
  return core::NotFound(fmt::format("the table has no {} '{}'", what, name))
      .WithHint(near.empty() ? std::string() : fmt::format("did you mean '{}'?", near));
}

/// One change of a table, from the state before to the state after.
class Alteration {
 public:
  Alteration(const storage::Environment& environment, std::shared_ptr<const Snapshot> before,
             const AlterRequest& request)
      : environment_(environment),
        before_(std::move(before)),
        request_(request),
        metadata_(before_->metadata),
        protocol_(before_->protocol) {}

  core::Result<TableChange> Run();

 private:
  core::Status AddColumns();
  core::Status SetProperties();
  core::Status SetProperty(const std::string& name, const std::string& value);
  core::Status UnsetProperties();
  core::Status ChangeConstraints();
  core::Status AddConstraint(const std::string& name, const std::string& sql);
  core::Status ChangeDomains();
  core::Status UpgradeProtocol();
  core::Result<std::shared_ptr<const Snapshot>> After() const;
  void Record(std::string operation, const char* key, std::string value);
  core::Result<TableChange> Commit();

  const storage::Environment& environment_;
  const std::shared_ptr<const Snapshot> before_;
  const AlterRequest& request_;
  delta::Metadata metadata_;
  delta::Protocol protocol_;
  delta::TableSchema new_columns_;
  StringMap settings_;     // as they are stored, delta.feature.* too
  StringMap constraints_;  // new ones: name → SQL
  std::vector<std::string> features_;
  std::vector<std::pair<std::string, std::string>> set_domains_;
  std::vector<std::string> operations_;
  StringMap parameters_;
};

void Alteration::Record(std::string operation, const char* key, std::string value) {
  if (std::ranges::find(operations_, operation) == operations_.end()) operations_.push_back(std::move(operation));
  parameters_.insert_or_assign(key, std::move(value));
}

core::Status Alteration::AddColumns() {
  if (request_.add_columns.empty()) return core::Ok();
  delta::TableSchema schema = before_->schema;
  auto described = nlohmann::json::array();
  for (const delta::Field& field : request_.add_columns) {
    if (schema.Find(field.name) != nullptr) {
      return core::InvalidInput(fmt::format("the table has a column '{}' already", schema.Find(field.name)->name))
          .WithHint("names are compared without regard to case");
    }
    schema.fields.push_back(field);
    new_columns_.fields.push_back(field);
    const auto text = nlohmann::json::parse(delta::FormatSchema({{field}}), nullptr, /*allow_exceptions=*/false);
    if (text.contains("fields")) described.push_back({{"column", text["fields"][0]}});
  }
  SLUICE_ASSIGN_OR_RETURN(NewSchema changed, WithSchema(environment_, *before_, std::move(schema)));
  SLUICE_TRY(delta::CheckSchemaChange(before_->schema, changed.shape.schema));
  metadata_ = std::move(changed.metadata);
  Record("ADD COLUMNS", "columns", described.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return core::Ok();
}

core::Status Alteration::SetProperty(const std::string& name, const std::string& value) {
  if (BeginsWith(name, kConstraintPrefix)) {
    return core::InvalidInput(fmt::format("'{}' is no property to be set: rows must be checked first", name))
        .WithHint("add the constraint instead");
  }
  SLUICE_ASSIGN_OR_RETURN(delta::PropertySetting setting, delta::CheckSetting(name, value));
  const auto known = metadata_.configuration.find(setting.key);
  const bool mapping = setting.key == kMappingMode;
  const std::string old = known == metadata_.configuration.end() ? (mapping ? "none" : "") : known->second;
  if (mapping && old != setting.value) {
    return core::Unsupported(
        fmt::format("{} would change from {} to {}; this version does not change column mapping "
                    "of a table that is there yet",
                    kMappingMode, old, setting.value));
  }
  if (!settings_.insert({setting.key, setting.value}).second && settings_[setting.key] != setting.value) {
    return core::InvalidInput(fmt::format("the property '{}' is set to two values", setting.key));
  }
  if (!setting.key.starts_with(kFeaturePrefix)) metadata_.configuration[setting.key] = setting.value;
  return core::Ok();
}

core::Status Alteration::SetProperties() {
  if (request_.set_properties.empty()) return core::Ok();
  for (const auto& [name, value] : request_.set_properties) SLUICE_TRY(SetProperty(name, value));
  Record("SET TBLPROPERTIES", "properties", nlohmann::json(settings_).dump());
  return core::Ok();
}

core::Status Alteration::UnsetProperties() {
  if (request_.unset_properties.empty()) return core::Ok();
  auto unset = nlohmann::json::array();
  for (const std::string& name : request_.unset_properties) {
    const std::string* key = FindKey(before_->metadata.configuration, name);
    if (BeginsWith(name, kConstraintPrefix) || BeginsWith(name, kFeaturePrefix)) {
      return core::InvalidInput(fmt::format("'{}' is no property to be unset", name))
          .WithHint("constraints are dropped by their names; features stay in a table's protocol");
    }
    if (key == nullptr) return NotThere(before_->metadata.configuration, "", "property", name);
    const auto row = std::ranges::find_if(delta::PropertyRows(),
                                          [&](const auto& known) { return delta::SameName(known.key, name); });
    const bool kept = row != delta::PropertyRows().end() && row->setter == delta::PropertySetter::kEngine;
    if (kept || delta::SameName(name, kMappingMode)) {
      return core::InvalidInput(fmt::format("table property '{}' is kept by the engines and cannot be unset", *key));
    }
    if (settings_.contains(*key)) return core::InvalidInput(fmt::format("'{}' is both set and unset", *key));
    unset.push_back(*key);
    metadata_.configuration.erase(*key);
  }
  Record("UNSET TBLPROPERTIES", settings_.empty() ? "properties" : "unsetProperties", unset.dump());
  return core::Ok();
}

// Names are kept in lower case, as Spark does, and become a part of a property's key.
core::Status Alteration::AddConstraint(const std::string& name, const std::string& sql) {
  constexpr std::size_t kNameBytesMax = 255;
  const bool fits = !name.empty() && name.size() <= kNameBytesMax && std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || std::string_view(".,;{}()='\"`").find(c) != std::string_view::npos;
  });
  if (!fits) {
    return core::InvalidInput(fmt::format("a CHECK constraint cannot be called '{}'", name))
        .WithHint("a name has letters, digits and '_', and no blank");
  }
  const std::string key = std::string(kConstraintPrefix) + delta::FoldName(name);
  if (const std::string* known = FindKey(metadata_.configuration, key)) {
    if (metadata_.configuration[*known] == sql) return core::Ok();
    return core::InvalidInput(fmt::format("the table has a CHECK constraint {} already: {}", delta::FoldName(name),
                                          metadata_.configuration[*known]))
        .WithHint("drop it first, or choose another name");
  }
  metadata_.configuration[key] = sql;
  settings_[key] = sql;
  constraints_[delta::FoldName(name)] = sql;
  Record("ADD CONSTRAINT", "name", delta::FoldName(name));
  parameters_.insert_or_assign("expr", sql);
  return core::Ok();
}

core::Status Alteration::ChangeConstraints() {
  for (const std::string& name : request_.drop_constraints) {
    const std::string* key = FindKey(metadata_.configuration, std::string(kConstraintPrefix) + name);
    if (key == nullptr) return NotThere(before_->metadata.configuration, kConstraintPrefix, "CHECK constraint", name);
    Record("DROP CONSTRAINT", "name", key->substr(kConstraintPrefix.size()));
    parameters_.insert_or_assign("expr", metadata_.configuration[*key]);
    metadata_.configuration.erase(std::string(*key));
  }
  for (const auto& [name, sql] : request_.add_constraints) SLUICE_TRY(AddConstraint(name, sql));
  return core::Ok();
}

core::Status Alteration::ChangeDomains() {
  const auto check = [](const std::string& domain) -> core::Status {
    if (domain.empty()) return core::InvalidInput("a domain without a name");
    if (!BeginsWith(domain, "delta.") && !BeginsWith(domain, "sluice.")) return core::Ok();
    return core::InvalidInput(fmt::format("the domain '{}' is kept by the engines", domain))
        .WithHint("domains of your own begin neither with 'delta.' nor with 'sluice.'");
  };
  for (const auto& [domain, configuration] : request_.set_domains) {
    SLUICE_TRY(check(domain));
    const auto known = before_->domains.find(domain);
    if (known != before_->domains.end() && known->second.configuration == configuration) continue;
    set_domains_.emplace_back(domain, configuration);
    Record("SET DOMAIN METADATA", "domain", domain);
  }
  if (!set_domains_.empty()) features_.emplace_back("domainMetadata");
  for (const std::string& domain : request_.remove_domains) {
    SLUICE_TRY(check(domain));
    if (request_.set_domains.contains(domain)) {
      return core::InvalidInput(fmt::format("the domain '{}' is both set and removed", domain));
    }
    if (!before_->domains.contains(domain)) return core::NotFound(fmt::format("the table has no domain '{}'", domain));
    Record("REMOVE DOMAIN METADATA", "domain", domain);
  }
  return core::Ok();
}

// Only what this change asks for is added: what else is odd about the table is not for this commit to settle.
core::Status Alteration::UpgradeProtocol() {
  for (std::string& used : delta::UsedFeatures(new_columns_, settings_)) features_.push_back(std::move(used));
  SLUICE_ASSIGN_OR_RETURN(protocol_, delta::UpgradeProtocol(before_->protocol, features_));
  return core::Ok();
}

/// The table as it will be, still with the files of now.
core::Result<std::shared_ptr<const Snapshot>> Alteration::After() const {
  auto after = std::make_shared<Snapshot>(*before_);
  SLUICE_TRY(delta_log::SetProtocolAndMetadata(*after, protocol_, metadata_));
  SLUICE_TRY(delta::CheckCanWrite(after->protocol, after->metadata, after->schema, delta::Operation::kAppend));
  return std::shared_ptr<const Snapshot>(std::move(after));
}

core::Result<TableChange> Alteration::Run() {
  SLUICE_TRY(AddColumns());
  SLUICE_TRY(SetProperties());
  SLUICE_TRY(UnsetProperties());
  SLUICE_TRY(ChangeConstraints());
  SLUICE_TRY(ChangeDomains());
  SLUICE_TRY(UpgradeProtocol());
  SLUICE_ASSIGN_OR_RETURN(const auto after, After());
  SLUICE_TRY(CheckConstraints(environment_, after, constraints_));
  return Commit();
}

core::Result<TableChange> Alteration::Commit() {
  delta_log::OperationInfo operation{.name = operations_.size() == 1 ? operations_.front() : "ALTER TABLE",
                                     .kind = delta::Operation::kAlter};
  operation.parameters = parameters_;
  operation.user_metadata = request_.user_metadata;
  if (!constraints_.empty()) operation.rule = delta_log::ConflictRule::kValidate;
  SLUICE_ASSIGN_OR_RETURN(auto transaction, delta_log::Transaction::Begin(environment_, before_, std::move(operation),
                                                                          request_.transaction));
  if (!constraints_.empty()) transaction.ReadTable();
  if (metadata_ != before_->metadata) transaction.SetMetadata(metadata_);
  if (protocol_ != before_->protocol) transaction.SetProtocol(protocol_);
  for (const auto& [domain, configuration] : set_domains_) transaction.SetDomain(domain, configuration);
  for (const std::string& domain : request_.remove_domains) transaction.RemoveDomain(domain);
  SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
  return ToChange(std::move(result));
}

}  // namespace

core::Result<TableChange> AlterTable(const storage::Environment& environment,
                                     std::shared_ptr<const delta_log::Snapshot> snapshot, const AlterRequest& request) {
  SLUICE_TRY(delta::CheckCanWrite(snapshot->protocol, snapshot->metadata, snapshot->schema, delta::Operation::kAlter));
  return Alteration(environment, std::move(snapshot), request).Run();
}

}  // namespace sluice::table
