#include "cli/read_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/byte_size.h"
#include "schema/schema_file.h"
#include "schema/type_text.h"

namespace sluice::cli {
namespace {

struct ReadFlag {
  const char* flag;
  const char* setting;
  const char* help;
};

constexpr ReadFlag kReadFlags[] = {
    {"--format", "format", "csv, tsv, json, ndjson, txt or parquet (else by the suffix)"},
    {"--delimiter", "delimiter", "CSV: the character between fields (else found)"},
    {"--quote", "quote", "CSV: the quote, or 'none' (\")"},
    {"--escape", "escape", "CSV: the escape character inside quotes (a doubled quote)"},
    {"--header", "header", "CSV: auto, yes or no"},
    {"--encoding-in", "encoding", "utf-8, latin-1, cp1252 or utf-16"},
    {"--limit-field", "field_bytes_max", "bytes in one field (16MiB)"},
    {"--limit-record", "record_bytes_max", "bytes in one record (64MiB)"},
    {"--limit-columns", "columns_max", "columns (10000)"},
    {"--limit-ratio", "inflate_ratio_max", "inflated to stored bytes, after the first 16 MiB (200)"},
};

constexpr std::uint64_t kSchemaFileBytesMax = 16 * core::kMiB;

core::Status AddRenames(const std::vector<std::string>& renames, schema::TableSpec& spec) {
  for (const std::string& rename : renames) {
    const std::size_t equals = rename.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == rename.size()) {
      return core::UsageError(fmt::format("--rename '{}' has no OLD=NEW", rename));
    }
    spec.renames.emplace_back(rename.substr(0, equals), rename.substr(equals + 1));
  }
  return core::Ok();
}

}  // namespace

void ReadFlags::AddSchemaTo(CLI::App& verb) {
  verb.add_option("--columns", columns_, "the columns: \"id int64, price decimal(12,2)\" (else inferred from all rows)")
      ->group("Reading");
  verb.add_option("--schema", schema_path_, "a schema file")->group("Reading");
}

void ReadFlags::AddTo(CLI::App& verb) {
  for (const ReadFlag& read : kReadFlags) {
    verb.add_option_function<std::string>(
            read.flag, [this, setting = read.setting](const std::string& text) { given_.emplace_back(setting, text); },
            read.help)
        ->group("Reading");
  }
  verb.add_option_function<std::string>(
          "--chunk-bytes", [this](const std::string& text) { given_.emplace_back("chunk_bytes", text); },
          "text parsed as one unit, e.g. 4MiB; decides row batches")
      ->group("");
  verb.add_option("--null", null_texts_, "a text that means NULL; may be repeated")
      ->allow_extra_args(false)
      ->group("Reading");
  AddSchemaTo(verb);
  verb.add_option("--extra", extra_, "input columns the schema does not name: refuse or ignore (refuse)")
      ->group("Reading");
  verb.add_option("--rename", renames_, "OLD=NEW: a column of another name in some inputs; may be repeated")
      ->allow_extra_args(false)
      ->group("Reading");
}

core::Result<jobs::ReadSettings> ReadFlags::Settings() const {
  jobs::ReadSettings settings;
  for (const auto& [setting, text] : given_) {
    const core::Status set = jobs::SetReadSetting(settings, setting, text);
    if (!set) return core::UsageError(set.error().message()).WithHint(set.error().hint());
  }
  settings.null_texts = null_texts_;
  return settings;
}

core::Result<std::optional<schema::TableSpec>> ReadFlags::Declared(storage::FileSystem& files) const {
  if (!columns_.empty() && !schema_path_.empty()) {
    return core::UsageError("--columns and --schema both state the columns").WithHint("give one of them");
  }
  std::optional<schema::TableSpec> spec;
  if (!columns_.empty()) {
    const auto columns = schema::ParseColumns(columns_);
    if (!columns) return core::UsageError("--columns: " + columns.error().message()).WithHint(columns.error().hint());
    spec = schema::SpecOf(*columns);
  } else if (!schema_path_.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const std::string text, files.ReadAll(schema_path_, kSchemaFileBytesMax));
    SLUICE_ASSIGN_OR_RETURN(spec, schema::ParseSchemaFile(text, schema_path_));
  }
  if (!extra_.empty() && extra_ != "refuse" && extra_ != "ignore") {
    return core::UsageError(fmt::format("--extra '{}' is unknown", extra_)).WithHint("say refuse or ignore");
  }
  if (spec && !extra_.empty()) {
    spec->extra = extra_ == "ignore" ? schema::ExtraColumns::kIgnore : schema::ExtraColumns::kRefuse;
  }
  if (!renames_.empty() && !spec) spec.emplace();
  if (spec) SLUICE_TRY(AddRenames(renames_, *spec));
  return spec;
}

}  // namespace sluice::cli
