#include "delta_log/naive_replayer.h"

#include <arrow/api.h>
#include <arrow/io/api.h>
#include <parquet/arrow/reader.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace sluice::delta_log {
namespace {

using nlohmann::json;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::string Name(std::int64_t version, const std::string& suffix) {
  const std::string digits = std::to_string(version);
  return std::string(20 - digits.size(), '0') + digits + suffix;
}

/// The version of "<20 digits><middle>…<end>"; -1 for other names.
std::int64_t VersionOf(const std::string& name, const std::string& middle, const std::string& end) {
  if (name.size() < 20 + middle.size() || name.find_first_not_of("0123456789") != 20) return -1;
  return name.substr(20).starts_with(middle) && name.ends_with(end) ? std::stoll(name) : -1;
}

std::string Decode(const std::string& path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && std::isxdigit(path[i + 1]) != 0 && std::isxdigit(path[i + 2]) != 0) {
      out += static_cast<char>(std::stoi(path.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += path[i];
    }
  }
  for (const std::string prefix : {"file:///", "file:/"}) {
    if (out.starts_with(prefix)) return "/" + out.substr(prefix.size());
  }
  for (const std::string prefix : {"s3a:", "s3n:"}) {
    if (out.starts_with(prefix)) return "s3:" + out.substr(prefix.size());
  }
  return out;
}

bool Has(const json& object, const char* key) { return object.contains(key) && !object.at(key).is_null(); }

NaiveTable::Key KeyOf(const json& action) {
  std::string vector;
  if (Has(action, "deletionVector")) {
    const json& dv = action.at("deletionVector");
    vector = dv.at("storageType").get<std::string>() + dv.at("pathOrInlineDv").get<std::string>();
    if (Has(dv, "offset")) vector += "@" + std::to_string(dv.at("offset").get<std::int64_t>());
  }
  return {Decode(action.at("path").get<std::string>()), vector};
}

/// A value of an Arrow table as JSON; members that are null are left out.
json ToJson(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return nullptr;
  switch (scalar.type->id()) {
    case arrow::Type::STRUCT: {
      const auto& value = static_cast<const arrow::StructScalar&>(scalar);
      json object = json::object();
      for (int i = 0; i < scalar.type->num_fields(); ++i) {
        json member = ToJson(*value.value[static_cast<std::size_t>(i)]);
        if (!member.is_null()) object[scalar.type->field(i)->name()] = std::move(member);
      }
      return object;
    }
    case arrow::Type::MAP: {
      const auto& entries = *static_cast<const arrow::MapScalar&>(scalar).value;
      json object = json::object();
      for (std::int64_t i = 0; i < entries.length(); ++i) {
        const auto entry = entries.GetScalar(i).ValueOrDie();
        const auto& pair = static_cast<const arrow::StructScalar&>(*entry);
        object[pair.value[0]->ToString()] = ToJson(*pair.value[1]);
      }
      return object;
    }
    case arrow::Type::LIST: {
      const auto& elements = *static_cast<const arrow::ListScalar&>(scalar).value;
      json array = json::array();
      for (std::int64_t i = 0; i < elements.length(); ++i) array.push_back(ToJson(*elements.GetScalar(i).ValueOrDie()));
      return array;
    }
    case arrow::Type::BOOL: return static_cast<const arrow::BooleanScalar&>(scalar).value;
    case arrow::Type::INT32: return static_cast<const arrow::Int32Scalar&>(scalar).value;
    case arrow::Type::INT64: return static_cast<const arrow::Int64Scalar&>(scalar).value;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return static_cast<const arrow::BaseBinaryScalar&>(scalar).value->ToString();
    default: return nullptr;
  }
}

std::shared_ptr<arrow::Table> ReadTable(const std::string& path) {
  const auto file = arrow::io::ReadableFile::Open(path);
  if (!file.ok()) throw std::runtime_error(file.status().ToString());
  auto reader = parquet::arrow::FileReader::Make(arrow::default_memory_pool(), parquet::ParquetFileReader::Open(*file));
  if (!reader.ok()) throw std::runtime_error(reader.status().ToString());
  auto table = (*reader)->ReadTable();
  if (!table.ok()) throw std::runtime_error(table.status().ToString());
  return (*table)->CombineChunks().ValueOrDie();
}

}  // namespace

std::int64_t NaiveTable::NewestVersion(const std::string& root) {
  std::int64_t newest = -1;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/_delta_log")) {
    newest = std::max(newest, VersionOf(entry.path().filename(), ".json", ".json"));
  }
  if (newest < 0) throw std::runtime_error("no commits");
  return newest;
}

NaiveTable NaiveTable::Read(const std::string& root, std::int64_t version) {
  NaiveTable table;
  const std::string log = root + "/_delta_log/";
  std::int64_t next = 0;
  if (!std::filesystem::exists(log + Name(0, ".json"))) {
    std::int64_t oldest = -1;
    for (const auto& entry : std::filesystem::directory_iterator(log)) {
      const std::string name = entry.path().filename();
      const std::int64_t found =
          std::max(VersionOf(name, ".checkpoint.", ".parquet"), VersionOf(name, ".checkpoint.", ".json"));
      if (found >= 0 && (oldest < 0 || found < oldest)) oldest = found;
    }
    if (oldest < 0 || oldest > version) throw std::runtime_error("no checkpoint to begin with");
    table.ReadCheckpoint(root, oldest);
    next = oldest + 1;
  }
  for (; next <= version; ++next) table.Apply(ReadFile(log + Name(next, ".json")));
  if (table.protocol.empty() || table.schema.empty()) throw std::runtime_error("no protocol or metaData");
  return table;
}

void NaiveTable::Apply(const std::string& commit) {
  std::istringstream lines(commit);
  std::vector<json> removes;
  std::vector<json> adds;
  in_commit_timestamp.reset();
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \r\t") == std::string::npos) continue;
    const json action = json::parse(line);
    if (Has(action, "add")) adds.push_back(action.at("add"));
    if (Has(action, "remove")) removes.push_back(action.at("remove"));
    if (Has(action, "protocol")) protocol = action.at("protocol").dump();
    if (Has(action, "metaData")) {
      const json& metadata = action.at("metaData");
      metadata_id = metadata.at("id").get<std::string>();
      schema = metadata.at("schemaString").get<std::string>();
      configuration = metadata.value("configuration", json::object()).dump();
    }
    if (Has(action, "txn")) transactions[action.at("txn").at("appId")] = action.at("txn").at("version");
    if (Has(action, "domainMetadata")) {
      const json& domain = action.at("domainMetadata");
      domains.erase(domain.at("domain"));
      if (!domain.at("removed").get<bool>()) domains[domain.at("domain")] = domain.at("configuration");
    }
    if (Has(action, "commitInfo") && Has(action.at("commitInfo"), "inCommitTimestamp")) {
      in_commit_timestamp = action.at("commitInfo").at("inCommitTimestamp").get<std::int64_t>();
    }
  }
  for (const json& remove : removes) {
    files.erase(KeyOf(remove));
    tombstones.insert(KeyOf(remove));
  }
  for (const json& add : adds) {
    NaiveFile file{.path = add.at("path"), .size = add.at("size"), .modification_time = add.at("modificationTime")};
    for (const auto& [column, value] : add.at("partitionValues").items()) {
      file.partition_values[column] = value.is_null() ? std::nullopt : std::optional<std::string>(value);
    }
    if (Has(add, "stats")) file.stats = add.at("stats");
    files[KeyOf(add)] = std::move(file);
    tombstones.erase(KeyOf(add));
  }
}

void NaiveTable::ReadCheckpoint(const std::string& root, std::int64_t version) {
  from_checkpoint = true;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/_delta_log")) {
    const std::string name = entry.path().filename();
    if (name.starts_with(Name(version, ".checkpoint."))) paths.push_back(entry.path());
  }
  for (const std::string& path : paths) {
    if (path.ends_with(".parquet")) {
      ReadCheckpointFile(root, path);
      continue;
    }
    std::istringstream lines(ReadFile(path));
    for (std::string line; std::getline(lines, line);) {
      const json action = json::parse(line);
      if (Has(action, "sidecar")) {
        ReadCheckpointFile(root, root + "/_delta_log/_sidecars/" + action.at("sidecar").at("path").get<std::string>());
      } else {
        Apply(line);
      }
    }
  }
}

void NaiveTable::ReadCheckpointFile(const std::string& root, const std::string& path) {
  const std::shared_ptr<arrow::Table> table = ReadTable(path);
  for (const auto& field : table->schema()->fields()) {
    const auto column = table->GetColumnByName(field->name());
    for (std::int64_t row = 0; row < table->num_rows(); ++row) {
      const json value = ToJson(*column->GetScalar(row).ValueOrDie());
      if (value.is_null()) continue;
      if (field->name() == "sidecar") {
        ReadCheckpointFile(root, root + "/_delta_log/_sidecars/" + value.at("path").get<std::string>());
      } else if (field->name() != "checkpointMetadata") {
        Apply(json{{field->name(), value}}.dump());
      }
    }
  }
}

}  // namespace sluice::delta_log
