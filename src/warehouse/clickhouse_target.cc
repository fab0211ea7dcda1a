#include "warehouse/clickhouse_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "http/url_text.h"
#include "schema/type_text.h"
#include "warehouse/clickhouse_type.h"
#include "warehouse/column_comparison.h"

namespace sluice::warehouse {
namespace {

using Json = nlohmann::json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string Quoted(std::string_view name, char quote) {
  std::string quoted(1, quote);
  for (const char byte : name) {
    if (byte == quote || byte == '\\') quoted += '\\';
    quoted += byte;
  }
  return quoted + quote;
}

/// The body of an INSERT: the file, a piece at a time.
class FileBody final : public http::BodySource {
 public:
  explicit FileBody(std::unique_ptr<storage::RandomAccessFile> file) : file_(std::move(file)) {}
  std::uint64_t size() const override { return file_->size(); }
  core::Result<std::size_t> Read(std::span<char> out) override {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(at_, out));
    at_ += got;
    return got;
  }
  core::Status Rewind() override {
    at_ = 0;
    return core::Ok();
  }

 private:
  std::unique_ptr<storage::RandomAccessFile> file_;
  std::uint64_t at_ = 0;
};

/// What an exception's code (ClickHouse, src/Common/ErrorCodes.cpp) says to the caller.
core::ErrorKind KindOfCode(int code) {
  constexpr std::array<std::pair<int, core::ErrorKind>, 13> kKinds{{
      {159, core::ErrorKind::kOutcomeUnknown},  // timeout
      {209, core::ErrorKind::kOutcomeUnknown},  // socket timeout
      {210, core::ErrorKind::kOutcomeUnknown},  // network
      {319, core::ErrorKind::kOutcomeUnknown},  // unknown status of insert
      {202, core::ErrorKind::kUnavailable},     // too many queries
      {242, core::ErrorKind::kUnavailable},     // table is read-only
      {252, core::ErrorKind::kUnavailable},     // too many parts
      {60, core::ErrorKind::kNotFound},         // table
      {81, core::ErrorKind::kNotFound},         // database
      {192, core::ErrorKind::kPermission},      // user
      {193, core::ErrorKind::kPermission},      // password
      {497, core::ErrorKind::kPermission},      // rights
      {516, core::ErrorKind::kPermission},      // authentication
  }};
  for (const auto& [known, kind] : kKinds) {
    if (known == code) return kind;
  }
  return core::ErrorKind::kInvalidInput;
}

core::ErrorKind KindOfStatus(int status) {
  if (status == 401 || status == 403) return core::ErrorKind::kPermission;
  if (status == 408 || status == 429 || status == 502 || status == 503) return core::ErrorKind::kUnavailable;
  return status >= 500 ? core::ErrorKind::kOutcomeUnknown : core::ErrorKind::kInvalidInput;
}

template <typename Number>
std::optional<Number> NumberIn(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// nullopt: the answer is a success and nothing else.
std::optional<core::Error> ErrorIn(const http::Response& response) {
  const std::string_view header = response.header("x-clickhouse-exception-code");
  if (response.status == 200 && header.empty()) return std::nullopt;
  const std::string text = response.body.substr(0, 1000);
  const auto code = NumberIn<int>(header);
  return core::Error(code.has_value() ? KindOfCode(*code) : KindOfStatus(response.status),
                     fmt::format("ClickHouse: status {}: {}", response.status, text));
}

std::optional<std::uint64_t> WrittenRows(const http::Response& response) {
  const Json summary = Json::parse(response.header("x-clickhouse-summary"), nullptr, false);
  if (!summary.is_object()) return std::nullopt;
  const auto rows = summary.find("written_rows");
  return rows != summary.end() && rows->is_string() ? NumberIn<std::uint64_t>(rows->get<std::string>()) : std::nullopt;
}

class ClickHouseTarget final : public LoadTarget {
 public:
  ClickHouseTarget(const storage::Environment& environment, std::unique_ptr<http::Transport> transport,
                   ClickHouseTargetOptions options)
      : environment_(environment),
        transport_(std::move(transport)),
        options_(std::move(options)),
        table_(Quoted(options_.database, '`') + "." + Quoted(options_.table, '`')),
        identity_(fmt::format("clickhouse:{}/{}?table={}", options_.server, options_.database, options_.table)) {}

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {.submits_at_once = 4}; }

  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    SLUICE_ASSIGN_OR_RETURN(const Json tables,
                            Rows("SELECT engine, engine_full FROM system.tables WHERE " + Here("name")));
    if (tables.empty()) return std::optional<std::vector<TargetColumn>>();
    deduplicates_ = Deduplicates(tables[0].value("engine", ""), tables[0].value("engine_full", ""));
    SLUICE_ASSIGN_OR_RETURN(const Json rows, Rows("SELECT name, type, default_kind FROM system.columns WHERE " +
                                                  Here("table") + " ORDER BY position"));
    columns_.clear();
    for (const Json& row : rows) {
      const ClickHouseType type = ParseClickHouseType(row.value("type", ""));
      const std::string made = row.value("default_kind", "");
      // A column that is left out has its type's zero: one that takes no NULL needs its values from the file.
      columns_.push_back({.name = row.value("name", ""),
                          .type = row.value("type", ""),
                          .holds = type.holds,
                          .nullable = type.nullable,
                          .has_default = made == "DEFAULT",
                          .generated = made == "MATERIALIZED" || made == "ALIAS"});
    }
    return std::optional(columns_);
  }

  core::Status Create(const schema::Schema& schema) override {
    std::string columns;
    for (const schema::Field& field : schema.fields) {
      const std::string type = ClickHouseTypeFor(field);
      if (type.empty()) {
        return core::Unsupported(
            fmt::format("column {}: {} is not loaded into ClickHouse", field.name, schema::FormatType(field.type)));
      }
      columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", Quoted(field.name, '`'), type);
    }
    SLUICE_TRY(Ask({{"query", fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) ENGINE = MergeTree ORDER BY tuple() "
                                          "SETTINGS non_replicated_deduplication_window = 10000",
                                          table_, columns)}}));
    return core::Ok();
  }

  core::Result<std::string> Stage(const LoadFile& /*file*/) override { return std::string(); }
  core::Status RemoveStaged(const std::string& /*stage_path*/) override { return core::Ok(); }

  core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files,
                                                const std::string& request_id) override {
    const LoadFile& file = files.front();
    SLUICE_ASSIGN_OR_RETURN(auto bytes, environment_.files.OpenRandomAccess(file.path));
    FileBody body(std::move(bytes));
    const std::string rows = std::to_string(std::max<std::uint64_t>(file.rows, 1));
    core::Result<http::Response> answer =
        Send({{"query", fmt::format("INSERT INTO {} ({}) FORMAT Parquet", table_, Names(*file.schema))},
              {"query_id", request_id},
              {"wait_end_of_query", "1"},
              {"async_insert", "0"},
              {"insert_deduplicate", "1"},
              {"insert_deduplication_token", file.sha256},
              // One block, so that it goes in whole or not at all.
              {"max_insert_threads", "1"},
              {"max_insert_block_size", rows},
              {"min_insert_block_size_rows", rows},
              {"min_insert_block_size_bytes", "0"}},
             &body);
    if (!answer.has_value()) return std::move(answer).error();
    if (const auto error = ErrorIn(*answer)) {
      if (error->kind() != core::ErrorKind::kInvalidInput) return *error;
      return std::vector{FileOutcome{.fate = FileFate::kFailed, .reason = error->message()}};
    }
    return std::vector{OutcomeOf(*answer, file, request_id)};
  }

  core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) override {
    if (columns_.empty()) SLUICE_TRY(Describe());
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      SLUICE_ASSIGN_OR_RETURN(FileOutcome outcome, SettleOne(file));
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

 private:
  static bool Deduplicates(const std::string& engine, const std::string& settings) {
    if (engine.starts_with("Replicated") || engine.starts_with("Shared")) return true;
    constexpr std::string_view kWindow = "non_replicated_deduplication_window = ";
    const std::size_t at = settings.find(kWindow);
    return at != std::string::npos && settings.substr(at + kWindow.size(), 1) != "0";
  }

  /// "database = … AND `name` = …".
  std::string Here(std::string_view name) const {
    return fmt::format("database = {} AND {} = {}", Quoted(options_.database, '\''), name,
                       Quoted(options_.table, '\''));
  }

  std::string Names(const schema::Schema& schema) const {
    std::string names;
    for (const schema::Field& field : schema.fields) {
      const TargetColumn* const column = FindColumn(columns_, field.name);
      names += (names.empty() ? "" : ", ") + Quoted(column == nullptr ? field.name : column->name, '`');
    }
    return names;
  }

  FileOutcome OutcomeOf(const http::Response& response, const LoadFile& file, const std::string& request_id) const {
    const auto written = WrittenRows(response);
    // A token that was seen before is a success of no rows.
    const bool repeated = deduplicates_ && written == 0U;
    if (!response.body.empty() || (written != file.rows && !repeated)) {
      return {.fate = FileFate::kUnknown,
              .query_id = request_id,
              .reason = fmt::format("ClickHouse: {} rows were written, {} were recorded {}", written.value_or(0),
                                    file.rows, response.body.substr(0, 300))};
    }
    return {.fate = FileFate::kLoaded, .rows = file.rows, .query_id = request_id};
  }

  core::Result<FileOutcome> SettleOne(const LoadFile& file) {
    const std::string id = Quoted(file.request_id, '\'');
    SLUICE_ASSIGN_OR_RETURN(const Json running, Rows("SELECT query_id FROM system.processes WHERE query_id = " + id));
    if (!running.empty()) return core::Conflict("ClickHouse: the insert of " + file.file + " is still running");
    // Without a log, or without rights to it, there is no answer.
    const auto log = Rows(
        "SELECT toString(type) AS type, toString(written_rows) AS rows FROM system.query_log WHERE query_id = " + id +
        " AND type = 'QueryFinish'");
    if (log.has_value() && !log->empty()) {
      const auto rows = NumberIn<std::uint64_t>((*log)[0].value("rows", ""));
      if (rows == file.rows || (deduplicates_ && rows == 0U)) {
        return FileOutcome{.fate = FileFate::kLoaded, .rows = file.rows, .query_id = file.request_id};
      }
    }
    if (deduplicates_) return FileOutcome{.fate = FileFate::kNotLoaded, .reason = "told again under the same token"};
    return FileOutcome{
        .fate = FileFate::kUnknown,
        .reason = "ClickHouse: no log says what became of the insert, and the table does not deduplicate"};
  }

  core::Result<http::Response> Send(const Parameters& parameters, http::BodySource* upload) {
    std::string url = options_.server + "/?database=" + http::PercentEncoded(options_.database);
    for (const auto& [key, value] : parameters) url += "&" + key + "=" + http::PercentEncoded(value);
    http::Request request{.method = "POST", .url = core::Secret(url), .upload = upload};
    if (!options_.user.empty()) request.headers.push_back({.name = "X-ClickHouse-User", .value = options_.user});
    if (!options_.password.empty()) {
      request.headers.push_back({.name = "X-ClickHouse-Key", .value = options_.password.Reveal()});
    }
    return transport_->Send(request, environment_.cancellation);
  }

  core::Result<http::Response> Ask(const Parameters& parameters) {
    SLUICE_ASSIGN_OR_RETURN(http::Response response, Send(parameters, nullptr));
    if (auto error = ErrorIn(response)) return *std::move(error);
    return response;
  }

  core::Result<Json> Rows(const std::string& sql) {
    auto response = Ask({{"query", sql + " FORMAT JSON"}, {"wait_end_of_query", "1"}});
    if (!response.has_value()) {
      // A question may be asked again, whatever became of it.
      const bool lost = response.error().kind() == core::ErrorKind::kOutcomeUnknown;
      return lost ? core::Unavailable(response.error().message()) : std::move(response).error();
    }
    const Json answer = Json::parse(response->body, nullptr, false);
    if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_array()) {
      return core::Unavailable("ClickHouse: the answer is not what was asked for: " + response->body.substr(0, 300));
    }
    return answer["data"];
  }

  const storage::Environment& environment_;
  std::unique_ptr<http::Transport> transport_;
  ClickHouseTargetOptions options_;
  std::string table_;
  std::string identity_;
  std::vector<TargetColumn> columns_;
  bool deduplicates_ = false;
};

}  // namespace

core::Result<std::unique_ptr<LoadTarget>> OpenClickHouseTarget(const storage::Environment& environment,
                                                               std::unique_ptr<http::Transport> transport,
                                                               ClickHouseTargetOptions options) {
  if (options.table.empty()) return core::UsageError("the target names no table");
  return std::make_unique<ClickHouseTarget>(environment, std::move(transport), std::move(options));
}

}  // namespace sluice::warehouse
