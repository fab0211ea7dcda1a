// Reading the target of an export job: see config_reader.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "jobs/config_reader.h"
#include "jobs/write_settings.h"
#include "storage/path.h"

namespace sluice::jobs {
namespace {

using schema::YamlMapping;
using schema::YamlMember;
using schema::YamlNode;

constexpr std::array<std::string_view, 6> kFileKeys{"file",           "codec", "row_group_size",
                                                    "row_group_rows", "bloom", "encoding"};
constexpr std::array<std::string_view, 6> kTableKeys{"mode",       "partition_by", "cluster_by",
                                                     "properties", "add_columns",  "replace_where"};

bool LeavesItsFolder(const std::string& path) {
  return path.starts_with("/") || path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string::npos;
}

/// Reads one target; each method is some of its keys.
class TargetReader {
 public:
  TargetReader(const YamlNode& node, const std::string& job, bool dated, const ConfigScope& scope)
      : mapping_(node, fmt::format("the target of job '{}'", job), scope.mistakes), dated_(dated), scope_(scope) {}

  ExportTarget Read() {
    RefuseLaterKeys();
    const bool table = mapping_.Find("delta") != nullptr;
    RefuseKeysOfOthers(table);
    if (table) {
      if (mapping_.Find("parquet") != nullptr)
        mapping_.Mistake("parquet", "a target is 'parquet' or 'delta', not both");
      target_.folder = ResolvePath(scope_, mapping_.Text("delta").value_or(""));
      ReadTable();
    } else {
      if (mapping_.Require("parquet", "write parquet: FOLDER, or delta: FOLDER for a Delta table")) {
        target_.folder = ResolvePath(scope_, mapping_.Text("parquet").value_or(""));
      }
      ReadFile();
      ReadWriteOptions();
    }
    mapping_.Finish();
    return std::move(target_);
  }

 private:
  void RefuseLaterKeys() {
    constexpr std::array<std::string_view, 3> kLater{"sort_by", "file_size", "target"};
    for (const YamlMember& member : mapping_.node().members) {
      if (std::find(kLater.begin(), kLater.end(), member.key) == kLater.end()) continue;
      mapping_.Find(member.key);
      mapping_.Mistake(member.key, fmt::format("'{}' is not in this version", member.key), "leave it out");
    }
  }

  // Looks at the keys of the other kind of target, so that they are known, too.
  void RefuseKeysOfOthers(bool table) {
    for (const std::string_view key : table ? kFileKeys : kTableKeys) {
      if (mapping_.Find(key) == nullptr) continue;
      if (key == "partition_by") {
        mapping_.Mistake(key, "'partition_by' is not in this version for Parquet files",
                         "put {date:…} into 'file', or write a Delta table (delta: FOLDER)");
      } else {
        mapping_.Mistake(key, fmt::format("'{}' is for {}", key, table ? "Parquet files" : "Delta tables"),
                         key == "codec" ? "say properties: {delta.parquet.compression.codec: snappy}" : "leave it out");
      }
    }
  }

  void ReadTable() {
    TableTarget& table = target_.table.emplace();
    table.overwrite = mapping_.Choice("mode", {"append", "overwrite"}).value_or("append") == "overwrite";
    table.partition_by = mapping_.Texts("partition_by");
    table.cluster_by = mapping_.Texts("cluster_by");
    table.add_columns = mapping_.Bool("add_columns").value_or(false);
    if (const YamlNode* properties = mapping_.FindMapping("properties")) {
      for (const YamlMember& member : properties->members) ReadProperty(member);
    }
    if (const auto text = mapping_.Text("replace_where")) ReadCondition(*text);
    if (table.overwrite && dated_) {
      mapping_.Mistake("mode", "the inputs have dates, and each would replace the whole table",
                       "leave 'mode' out: each date is added, and takes its own place when it is made again");
    }
    if (!table.partition_by.empty() && !table.cluster_by.empty()) {
      mapping_.Mistake("cluster_by", "a table is either partitioned or clustered", "leave out one of them");
    }
  }

  void ReadProperty(const YamlMember& member) {
    if (member.value.kind == YamlNode::Kind::kScalar) {
      target_.table->properties[member.key] = member.value.text;
    } else {
      scope_.mistakes.Add(member.line, member.column, fmt::format("property '{}' needs a text", member.key));
    }
  }

  void ReadCondition(const std::string& text) {
    target_.table->replace_where = ReadPattern(mapping_, "replace_where", text);
    if (target_.table->overwrite) {
      mapping_.Mistake("replace_where", "'mode: overwrite' replaces every row", "leave out one of them");
    } else if (target_.table->replace_where && !target_.table->replace_where->determines_date()) {
      mapping_.Mistake("replace_where", fmt::format("'{}' does not say which date's rows are meant", text),
                       "write it as \"day = '{date:%Y-%m-%d}'\"");
    }
  }

  void ReadFile() {
    if (!mapping_.Require("file", "write file: \"year={date:%Y}/month={date:%m}/NAME_{date:%Y%m%d}.parquet\"")) return;
    const std::string text = mapping_.Text("file").value_or("");
    target_.file = ReadPattern(mapping_, "file", text);
    if (!target_.file) return;
    if (!text.ends_with(".parquet")) mapping_.Mistake("file", fmt::format("'{}' does not end in .parquet", text));
    if (LeavesItsFolder(text)) {
      mapping_.Mistake("file", fmt::format("'{}' leads out of the target's folder", text),
                       "name a path below 'parquet'");
    }
    if (target_.file->has_wildcard()) mapping_.Mistake("file", "an output's name cannot have '*' or '?'");
    if (dated_ && !target_.file->determines_date()) {
      mapping_.Mistake("file", "the inputs have dates and the output's name has none: each day would replace the last",
                       "put {date:%Y%m%d} into the name");
    }
  }

  void ReadWriteOptions() {
    for (const char* key : {"codec", "row_group_size", "row_group_rows"}) {
      const auto own = mapping_.Text(key);
      SetWrite(key, own ? own : InheritedSetting(scope_, key));
    }
    target_.write.bloom_columns = mapping_.Texts("bloom");
    if (const YamlNode* encodings = mapping_.FindMapping("encoding")) {
      for (const YamlMember& member : encodings->members) ReadEncoding(member);
    }
    if (const core::Status valid = target_.write.Validate(); !valid) mapping_.Mistake("", valid.error());
  }

  void ReadEncoding(const YamlMember& member) {
    auto encoding = parquet::ParseEncoding(member.value.text);
    if (encoding) {
      target_.write.encodings.emplace_back(member.key, *encoding);
    } else {
      mapping_.Mistake("encoding", encoding.error());
    }
  }

  void SetWrite(const char* key, const std::optional<std::string>& text) {
    if (!text) return;
    const std::string setting = std::string_view(key) == "row_group_size" ? "row_group_bytes" : key;
    if (const core::Status set = SetWriteSetting(target_.write, setting, *text); !set) {
      mapping_.Mistake(key, set.error());
    }
  }

  YamlMapping mapping_;
  bool dated_;
  const ConfigScope& scope_;
  ExportTarget target_;
};

}  // namespace

ExportTarget ReadTarget(const YamlNode& node, const std::string& job, bool dated, const ConfigScope& scope) {
  return TargetReader(node, job, dated, scope).Read();
}

}  // namespace sluice::jobs
