#include "warehouse/snowflake_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/random.h"
#include "core/version.h"
#include "core/waiter.h"
#include "http/curl_transport.h"
#include "schema/type_text.h"
#include "snowflake/session.h"
#include "snowflake/sql_text.h"
#include "warehouse/snowflake_outcome.h"
#include "warehouse/snowflake_text.h"

namespace sluice::warehouse {

using core::ErrorKind;
using core::Result;
using core::Status;
using schema::TypeKind;
using snowflake::QueryResult;
using snowflake::SqlIdentifier;
using snowflake::SqlLiteral;

namespace {

constexpr std::size_t kFilesPerCopy = 1000;  ///< what the service takes in FILES
constexpr std::chrono::milliseconds kLookWaitMin{500};
constexpr std::chrono::milliseconds kLookWaitMax{30'000};

/// A part of a stage path: other bytes would need quoting rules that nobody promises.
std::string PathPart(const std::string& text) {
  std::string part = text;
  std::ranges::replace_if(
      part,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                 c == '.');
      },
      '_');
  return part;
}

/// What the session needs, owned by the target.
struct World {
  explicit World(const SnowflakeTargetOptions& options)
      : transport({.user_agent = std::string("sluice/") + std::string(core::Version()),
                   .authorities_file = options.authorities_file}) {}
  http::CurlTransport transport;
  core::SleepingWaiter waiter;
  core::SystemRandom random;
};

class SnowflakeTarget final : public LoadTarget {
 public:
  SnowflakeTarget(const storage::Environment& environment, SnowflakeTargetOptions options, std::unique_ptr<World> world,
                  std::unique_ptr<snowflake::Session> session)
      : environment_(environment),
        options_(std::move(options)),
        world_(std::move(world)),
        session_(std::move(session)),
        identity_(fmt::format("snowflake:{}/{}.{}.{}", options_.session.account, options_.session.database,
                              options_.session.schema, options_.table)) {
    const std::string place = SqlIdentifier(options_.session.database) + "." + SqlIdentifier(options_.session.schema);
    table_ = place + "." + SqlIdentifier(options_.table);
    stage_ = place + "." + SqlIdentifier(options_.stage.empty() ? options_.table + "_STAGE" : options_.stage);
  }

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override {
    return {.files_per_submit = kFilesPerCopy, .submits_at_once = 1, .stages_at_once = options_.parallel};
  }

  Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    auto described = Ask("DESC TABLE " + table_);
    if (!described && described.error().kind() == ErrorKind::kNotFound) {
      return std::optional<std::vector<TargetColumn>>();
    }
    SLUICE_ASSIGN_OR_RETURN(const QueryResult result, std::move(described));
    if (!result.Has("name") || !result.Has("type") || !result.Has("null?")) {
      return core::Corruption("DESC TABLE came back without the columns name, type and null?");
    }
    columns_.clear();
    for (std::size_t row = 0; row < result.rows().size(); ++row) {
      const std::string type = result.Text(row, "type").value_or("");
      columns_.push_back({.name = result.Text(row, "name").value_or(""),
                          .type = type,
                          .holds = SnowflakeTypeNamed(type),
                          .nullable = result.Text(row, "null?").value_or("Y") == "Y",
                          .has_default = result.Text(row, "default").has_value(),
                          .generated = result.Text(row, "kind").value_or("COLUMN") != "COLUMN"});
    }
    return std::optional(columns_);
  }

  std::optional<std::string> Refuse(const schema::Field& field, const TargetColumn& column) const override {
    const TypeKind kind = field.type.kind;
    if (kind == TypeKind::kUuid || field.type.nested()) return "it is not loaded into Snowflake";
    const bool timed = kind == TypeKind::kTime || kind == TypeKind::kTimestamp;
    if (!timed || !column.holds || column.holds->kind != kind) return RefuseByType(field, column);
    // Its range is not that of 64 bits: only the digits of the fraction count.
    schema::Type as_wide = *column.holds;
    const schema::TimeUnit unit = as_wide.unit;
    as_wide.unit = field.type.unit;
    TargetColumn same_unit = column;
    same_unit.holds = as_wide;
    if (unit < field.type.unit) return fmt::format("{} → {} is narrower", schema::FormatType(field.type), column.type);
    return RefuseByType(field, same_unit);
  }

  Status Create(const schema::Schema& schema) override {
    std::string columns;
    for (const schema::Field& field : schema.fields) {
      auto type = SnowflakeTypeOf(field.type);
      if (!type) return std::move(type).error().WithPrefix("column " + field.name + ": ");
      std::string name = field.name;
      std::ranges::transform(name, name.begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", SqlIdentifier(name), *type,
                             field.nullable ? "" : " NOT NULL");
    }
    SLUICE_TRY(Ask(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table_, columns)));
    return core::Ok();
  }

  Result<std::string> Stage(const LoadFile& file) override {
    SLUICE_TRY(MakeStageOnce());
    const std::string folder = FolderOf(file);
    auto put = session_->Put(file.path, "@" + stage_ + "/" + folder, file.unique_name, file.sha256);
    if (!put) {
      core::Error error = std::move(put).error();
      // An upload whose answer got lost is simply done again: nothing reads it before its COPY.
      if (error.kind() == ErrorKind::kOutcomeUnknown) return core::Unavailable(error.message());
      if (error.kind() != ErrorKind::kNotFound) return error;
      return std::move(error).WithHint("--create makes the stage " + stage_);
    }
    return "@" + stage_ + "/" + folder + file.unique_name;
  }

  Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files, const std::string& request_id) override {
    if (columns_.empty()) SLUICE_TRY(Describe());
    std::vector<std::string> paths;
    for (const LoadFile& file : files) paths.push_back(PathBelowStage(file));
    const std::string sql = SnowflakeCopyStatement(
        {.request = request_id, .table = table_, .stage = "@" + stage_, .skip_bad_rows = options_.skip_bad_rows}, paths,
        *files.front().schema, columns_);
    const auto copied = session_->Execute(sql, UuidOfUlid(request_id));
    if (copied) return OutcomesOfCopy(*copied, files);
    // A stopped statement may have been too far to be stopped.
    if (copied.error().kind() == ErrorKind::kCancelled) return core::OutcomeUnknown(copied.error().message());
    return OutcomesOfRefusal(copied.error(), files);
  }

  Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) override {
    const auto begin = environment_.clock.Monotonic();
    std::chrono::milliseconds wait = kLookWaitMin;
    while (true) {
      // In this order: what the history does not name after its statement ended will not come.
      SLUICE_ASSIGN_OR_RETURN(const States states, StatesOf(files));
      SLUICE_ASSIGN_OR_RETURN(std::vector<FileOutcome> outcomes, LookAtHistory(files));
      const bool waited = environment_.clock.Monotonic() - begin >= options_.settle_for;
      SLUICE_ASSIGN_OR_RETURN(const bool sure, CloseCases(files, states, waited, outcomes));
      if (sure) return outcomes;
      SLUICE_TRY(world_->waiter.Wait(std::min(wait, options_.settle_for), environment_.cancellation));
      wait = std::min(wait * 2, kLookWaitMax);
    }
  }

  Status RemoveStaged(const std::string& stage_path) override {
    SLUICE_TRY(Ask("REMOVE " + SqlLiteral(stage_path)));
    return core::Ok();
  }

 private:
  /// A folder for each recorder: what others put is never in the way.
  static std::string FolderOf(const LoadFile& file) {
    return PathPart(file.folder) + "/" + PathPart(file.recorder) + "/";
  }
  /// The stage path without "@stage/".
  std::string PathBelowStage(const LoadFile& file) const {
    const std::string start = "@" + stage_ + "/";
    return file.stage_path.starts_with(start) ? file.stage_path.substr(start.size())
                                              : FolderOf(file) + file.unique_name;
  }

  /// Run a statement that may run any number of times: a lost answer means no more than to ask again.
  Result<QueryResult> Ask(const std::string& sql) {
    auto result = session_->Execute(sql);
    if (!result && result.error().kind() == ErrorKind::kOutcomeUnknown) {
      return core::Unavailable(result.error().message());
    }
    return result;
  }

  Status MakeStageOnce() {
    const std::lock_guard lock(stage_mutex_);
    if (!options_.create_stage || stage_made_) return core::Ok();
    SLUICE_TRY(Ask("CREATE STAGE IF NOT EXISTS " + stage_ + " FILE_FORMAT=(TYPE=PARQUET)"));
    stage_made_ = true;
    return core::Ok();
  }

  std::string InformationSchema() const { return SqlIdentifier(options_.session.database) + ".INFORMATION_SCHEMA."; }

  Result<std::vector<FileOutcome>> LookAtHistory(std::span<const LoadFile> files) {
    std::set<std::string> recorders;
    for (const LoadFile& file : files) recorders.insert(PathPart(file.recorder));
    std::string where;
    for (const std::string& recorder : recorders) {
      where += (where.empty() ? "" : " OR ") + ("FILE_NAME LIKE " + SqlLiteral("%" + recorder + "/%"));
    }
    SLUICE_ASSIGN_OR_RETURN(
        const QueryResult history,
        Ask(fmt::format(
            "SELECT FILE_NAME, STATUS, ROW_COUNT, ROW_PARSED, FIRST_ERROR_MESSAGE FROM TABLE({}COPY_HISTORY("
            "TABLE_NAME=>{}, START_TIME=>DATEADD(day, -13, CURRENT_TIMESTAMP()))) WHERE {}",
            InformationSchema(), SqlLiteral(table_), where)));
    return OutcomesOfHistory(history, files);
  }

  /// What became of a statement.
  enum class Running : std::uint8_t { kYes, kNo, kNotListed };

  /// Whether the statement with this request still runs, as far as the service's list of statements tells.
  Result<Running> IsRunning(const std::string& request_id) {
    SLUICE_ASSIGN_OR_RETURN(
        const QueryResult found,
        Ask(fmt::format("SELECT QUERY_ID, EXECUTION_STATUS FROM TABLE({}QUERY_HISTORY(RESULT_LIMIT=>10000)) "
                        "WHERE QUERY_TEXT LIKE {}",
                        InformationSchema(), SqlLiteral(SnowflakeCopyMark(request_id) + "%"))));
    if (found.rows().empty()) return Running::kNotListed;
    for (std::size_t row = 0; row < found.rows().size(); ++row) {
      const std::string status = found.Text(row, "EXECUTION_STATUS").value_or("");
      if (status != "SUCCESS" && !status.starts_with("FAILED")) return Running::kYes;
    }
    return Running::kNo;
  }

  using States = std::map<std::string, Running>;  ///< by request id

  Result<States> StatesOf(std::span<const LoadFile> files) {
    States states;
    for (const LoadFile& file : files) {
      if (states.contains(file.request_id)) continue;
      SLUICE_ASSIGN_OR_RETURN(states[file.request_id], IsRunning(file.request_id));
    }
    return states;
  }

  /// Decide about files that the history does not name. False: look again, something may still come.
  Result<bool> CloseCases(std::span<const LoadFile> files, const States& states, bool waited,
                          std::vector<FileOutcome>& outcomes) {
    bool sure = true;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (outcomes[i].fate == FileFate::kLoaded) continue;
      if (outcomes[i].fate == FileFate::kUnknown && !outcomes[i].reason.empty()) {
        sure = sure && waited;  // the history names it, and it is not over
        continue;
      }
      const Running state = states.at(files[i].request_id);
      if (state == Running::kYes || (state == Running::kNotListed && !waited)) {
        outcomes[i] = {.fate = FileFate::kUnknown, .reason = "its statement may still run"};
        sure = sure && waited;
        continue;
      }
      SLUICE_ASSIGN_OR_RETURN(const bool staged, IsStaged(files[i]));
      outcomes[i].fate = staged ? FileFate::kNotLoaded : FileFate::kNotStaged;
    }
    return sure;
  }

  Result<bool> IsStaged(const LoadFile& file) {
    const std::string path = "@" + stage_ + "/" + PathBelowStage(file);
    SLUICE_ASSIGN_OR_RETURN(const QueryResult listed, Ask("LIST " + SqlLiteral(path)));
    for (std::size_t row = 0; row < listed.rows().size(); ++row) {
      if (listed.Text(row, "name").value_or("").ends_with("/" + file.unique_name)) return true;
    }
    return false;
  }

  const storage::Environment& environment_;
  SnowflakeTargetOptions options_;
  std::unique_ptr<World> world_;
  std::unique_ptr<snowflake::Session> session_;
  std::string identity_;
  std::string table_;
  std::string stage_;
  std::vector<TargetColumn> columns_;
  std::mutex stage_mutex_;
  bool stage_made_ = false;
};

}  // namespace

Result<std::unique_ptr<LoadTarget>> OpenSnowflakeTarget(const storage::Environment& environment,
                                                        SnowflakeTargetOptions options) {
  if (options.session.database.empty() || options.session.schema.empty()) {
    return core::UsageError("snowflake: names no database and schema")
        .WithHint("snowflake://user@account/DB/SCHEMA?table=T");
  }
  auto world = std::make_unique<World>(options);
  SLUICE_ASSIGN_OR_RETURN(auto session, snowflake::Session::Open(
                                            options.session, {world->transport, environment.files, environment.clock,
                                                              world->waiter, world->random, environment.cancellation}));
  return std::make_unique<SnowflakeTarget>(environment, std::move(options), std::move(world), std::move(session));
}

}  // namespace sluice::warehouse
