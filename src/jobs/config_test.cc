#include "jobs/config.h"

#include <string>

#include "core/random.h"
#include "jobs/config_show.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr const char* kWhole = R"yaml(version: 1
timezone: Asia/Bangkok
memory: 256MiB
connections: {source: {url: "postgresql://u:hunter2@h/db", password: "env:PGPASSWORD"}}
notify: [{on: [failure, missed], slack: "env:SLACK_WEBHOOK"}]
jobs:
  query_perf:
    kind: export
    source: {files: "reports/query_perf_daily_{date:%Y%m%d}.csv", delimiter: tab, null: ["", NA], required: true}
    schema: schemas/query_perf.yaml
    target:
      parquet: parquet/query_perf
      file: "year={date:%Y}/month={date:%m}/query_perf_{date:%Y%m%d}.parquet"
      codec: snappy
      bloom: [query_hash]
      encoding: {id: delta}
    rejects: {max: "1%", file: "rejects/{date:%Y%m%d}.ndjson"}
    schedule: {daily: "05:00", timeout: 10m, nice: true}
    views: {query_performance: "SELECT * FROM {target}"}
    macros: {"slow(ms)": "TABLE SELECT * FROM query_performance WHERE t > ms"}
  later:
    kind: replicate
    anything: [goes, {here: 1}]
)yaml";

std::string ExportWith(const std::string& change) {
  return "jobs:\n  j:\n    kind: export\n    source: {files: \"in/{date:%Y%m%d}.csv\"}\n"
         "    target: {parquet: out, file: \"{date:%Y%m%d}.parquet\"}\n" +
         change;
}

TEST(Config, EveryKeyIsRead) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(kWhole, "etc/sluice.yaml"));
  EXPECT_EQ(config.timezone, "Asia/Bangkok");
  EXPECT_THAT(config.settings, ElementsAre(FileSetting{"memory", "256MiB", "etc/sluice.yaml", 3}));
  EXPECT_EQ(config.connections.at(0).password, (SecretReference{SecretReference::Kind::kEnvironment, "PGPASSWORD"}));
  EXPECT_EQ(config.notify.at(0).channel, "slack");
  ASSERT_OK_AND_ASSIGN(const JobConfig* job, config.FindJob("query_perf"));
  EXPECT_EQ(job->timezone, "Asia/Bangkok");
  EXPECT_EQ(job->schedule, (JobSchedule{.daily = "05:00", .timeout = std::chrono::minutes(10), .nice = true}));
  ASSERT_OK_AND_ASSIGN(const ExportJob* exported, RequireExport(*job));
  EXPECT_EQ(exported->source.files.at(0).text(), "etc/reports/query_perf_daily_{date:%Y%m%d}.csv");
  EXPECT_TRUE(exported->source.required);
  EXPECT_EQ(exported->source.read.delimiter, '\t');
  EXPECT_THAT(exported->source.read.null_texts, ElementsAre("", "NA"));
  EXPECT_EQ(exported->schema_path, "etc/schemas/query_perf.yaml");
  EXPECT_EQ(exported->target.folder, "etc/parquet/query_perf");
  EXPECT_EQ(exported->target.file->Expand(*ParseDate("2025-10-28")), "year=2025/month=10/query_perf_20251028.parquet");
  EXPECT_EQ(exported->target.write.codec.codec, parquet::Codec::kSnappy);
  EXPECT_THAT(exported->target.write.bloom_columns, ElementsAre("query_hash"));
  EXPECT_THAT(exported->target.write.encodings, ElementsAre(Pair("id", parquet::Encoding::kDelta)));
  EXPECT_EQ(exported->rejects_max, "1%");
  EXPECT_EQ(exported->rejects_file->text(), "etc/rejects/{date:%Y%m%d}.ndjson");
  EXPECT_THAT(exported->views, ElementsAre(Pair("query_performance", "SELECT * FROM {target}")));
  EXPECT_THAT(exported->macros, ElementsAre(Pair("slow(ms)", HasSubstr("TABLE SELECT"))));
}

TEST(Config, PathsStayShortBesideTheWorkingDirectory) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(ExportWith("    schema: /abs/s.yaml\n"), "sluice.yaml"));
  EXPECT_EQ(config.jobs[0].export_job->source.files[0].text(), "in/{date:%Y%m%d}.csv");
  EXPECT_EQ(config.jobs[0].export_job->target.folder, "out");
  EXPECT_EQ(config.jobs[0].export_job->schema_path, "/abs/s.yaml");
}

TEST(Config, JobsOfOtherKindsAreKeptAndNotRun) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(kWhole, "c.yaml"));
  EXPECT_THAT(RequireExport(**config.FindJob("later")),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("job 'later' is of kind 'replicate'")));
  EXPECT_THAT(config.FindJob("query_pref"), FailsWith(ErrorKind::kNotFound, HasSubstr("did you mean 'query_perf'?")));
}

TEST(Config, AllMistakesAreToldAtOnceWithLineAndSuggestion) {
  const auto result = ParseConfig(R"yaml(version: 2
timezone: Asia/Bankok
memroy: 1GiB
threads: many
connections: {a: {url: x, password: hunter2}}
notify: [{on: [failed], slack: "https://hooks/secret"}]
jobs:
  "my job": {kind: exprot}
  j:
    kind: export
    source: {file: x, delimiter: ab, encoding_in: utf8, limits: {fields: 1}}
    target: {parquet: out, file: "../x.csv", codec: zip}
    rejects: {max: lots}
    schedule: {daily: "25:00", weekly: monday}
    views: {"a b": "SELECT 1"}
    macros: {f: "1"}
)yaml",
                                  "c.yaml");
  ASSERT_THAT(
      result,
      FailsWith(
          ErrorKind::kConfiguration,
          AllOf(HasSubstr("c.yaml:1:10: version 2 is not known"), HasSubstr("c.yaml:2:11: 'timezone'"),
                HasSubstr("did you mean 'Asia/Bangkok'?"),
                HasSubstr("c.yaml:3:1: unknown key 'memroy' in the configuration\n  hint: did you mean 'memory'?"),
                HasSubstr("c.yaml:4:10: 'threads' of the configuration: 'many' is not a whole number"),
                HasSubstr("a secret stands here in plain text"), HasSubstr("'failed' is not an event"),
                HasSubstr("'my job' is not a name for a job"), HasSubstr("did you mean 'export'?"))));
  EXPECT_THAT(
      result,
      FailsWith(ErrorKind::kConfiguration,
                AllOf(HasSubstr("the source of job 'j' needs 'files'"), HasSubstr("unknown key 'file' in the source"),
                      HasSubstr("did you mean 'utf-8'?"), HasSubstr("unknown key 'fields' in the limits"),
                      HasSubstr("leads out of the target's folder"), HasSubstr("does not end in .parquet"),
                      HasSubstr("codec 'zip'"), HasSubstr("'25:00' is not a time of day"),
                      HasSubstr("'monday' is not a day and time"), HasSubstr("'a b' is not a name for SQL"),
                      HasSubstr("write it as name(parameter, …)"), Not(HasSubstr("hunter2")),
                      Not(HasSubstr("hooks/secret")))));
}

TEST(Config, NamesThatWouldLoseDaysAreRefused) {
  EXPECT_THAT(ParseConfig("jobs: {j: {kind: export, source: {files: \"{date:%Y%m%d}.csv\"}, "
                          "target: {parquet: o, file: x.parquet}}}",
                          "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("each day would replace the last")));
  EXPECT_THAT(ParseConfig("jobs: {j: {kind: export, source: {files: [\"{date:%m%d}.csv\", x.csv]}, "
                          "target: {parquet: o, file: \"*.parquet\"}}}",
                          "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("does not say which day"),
                                                         HasSubstr("make two jobs"), HasSubstr("'*' or '?'"))));
  EXPECT_THAT(ParseConfig(ExportWith("    views: {v: x}\n    macros: {\"v()\": y}\n"), "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("share one namespace")));
}

TEST(Config, TwoJobsCannotWriteTheSameFiles) {
  const std::string second =
      "  k:\n    kind: export\n    source: {files: \"x/{date:%Y%m%d}.csv\"}\n"
      "    target: {parquet: ./out, file: \"{date:%Y%m%d}.parquet\"}\n";
  EXPECT_THAT(ParseConfig(ExportWith(second), "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("jobs 'j' and 'k' write the same files")));
}

TEST(Config, TheTopLevelGivesDefaultsToTheJobs) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig("codec: snappy\nmax_rejects: 5%\n" + ExportWith(""), "c.yaml"));
  EXPECT_EQ(config.jobs[0].export_job->target.write.codec.codec, parquet::Codec::kSnappy);
  EXPECT_EQ(config.jobs[0].export_job->rejects_max, "5%");
}

TEST(Config, JobsInheritFromTheEnvironmentThenTheFileThenTheUser) {
  storage::MemoryFileSystem files;
  SettingLayers around;
  around.environment = [](const std::string& name) {
    return name == "SLUICE_CODEC" ? std::optional<std::string>("lz4") : std::nullopt;
  };
  around.user = {{.name = "codec", .text = "none"}, {.name = "row_group_rows", .text = "1000"}};
  files.Put("c.yaml", "codec: snappy\nmax_rejects: 5%\n" + ExportWith(""));
  ASSERT_OK_AND_ASSIGN(const Config config, LoadConfig("c.yaml", files, around));
  EXPECT_EQ(config.jobs[0].export_job->target.write.codec.codec, parquet::Codec::kLz4);
  EXPECT_EQ(config.jobs[0].export_job->target.write.row_group_rows_max, 1000U);
  EXPECT_EQ(config.jobs[0].export_job->rejects_max, "5%");
  around.environment = {};
  ASSERT_OK_AND_ASSIGN(const Config without, LoadConfig("c.yaml", files, around));
  EXPECT_EQ(without.jobs[0].export_job->target.write.codec.codec, parquet::Codec::kSnappy);
}

TEST(Config, MistakesOfSchemaFilesAreToldWithThoseOfTheConfiguration) {
  storage::MemoryFileSystem files;
  files.Put("d/c.yaml", "memroy: 1\n" + ExportWith("    schema: s.yaml\n"));
  files.Put("d/s.yaml", "fields: [{name: a, type: itn64}]");
  EXPECT_THAT(LoadConfig("d/c.yaml", files),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("d/c.yaml: 2 mistakes"), HasSubstr("d/c.yaml:1:1"),
                                                         HasSubstr("d/s.yaml:1:26: 'type' of field 'a'"))));
  files.Put("d/c.yaml", ExportWith("    schema: s.yaml\n"));
  files.Put("d/s.yaml", "fields: [{name: a, type: int64}]");
  ASSERT_OK_AND_ASSIGN(const Config config, LoadConfig("d/c.yaml", files));
  EXPECT_EQ(config.jobs[0].export_job->schema->columns[0].field.name, "a");
  files.Put("d/c.yaml", ExportWith("    schema: missing.yaml\n"));
  EXPECT_THAT(LoadConfig("d/c.yaml", files), FailsWith(ErrorKind::kConfiguration, HasSubstr("schema of job 'j'")));
  EXPECT_THAT(LoadConfig("no.yaml", files), FailsWith(ErrorKind::kNotFound, HasSubstr("--config")));
}

TEST(Config, AnInlineSchemaIsReadInPlace) {
  ASSERT_OK_AND_ASSIGN(const Config config,
                       ParseConfig(ExportWith("    schema: {fields: [{name: a, type: int64}]}\n"), "c.yaml"));
  EXPECT_EQ(config.jobs[0].export_job->schema->columns.size(), 1u);
  EXPECT_THAT(ParseConfig(ExportWith("    schema: {fields: [{name: a}]}\n"), "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("c.yaml:6:23: field 'a' needs 'type'")));
}

TEST(Config, ColumnsRenamesAndExtraStandInForASchema) {
  ASSERT_OK_AND_ASSIGN(
      const Config config,
      ParseConfig(ExportWith("    columns: \"id int64, name string\"\n    renames: {nom: name}\n    extra: ignore\n"),
                  "c.yaml"));
  const schema::TableSpec& spec = *config.jobs.at(0).export_job->schema;
  ASSERT_EQ(spec.columns.size(), 2U);
  EXPECT_EQ(spec.columns[1].field.name, "name");
  EXPECT_THAT(spec.renames, ElementsAre(Pair("nom", "name")));
  EXPECT_EQ(spec.extra, schema::ExtraColumns::kIgnore);
  ASSERT_OK_AND_ASSIGN(const Config inferred, ParseConfig(ExportWith("    renames: {nom: name}\n"), "c.yaml"));
  EXPECT_THAT(inferred.jobs.at(0).export_job->schema->renames, ElementsAre(Pair("nom", "name")));
  EXPECT_THAT(ParseConfig(ExportWith("    schema: s.yaml\n    extra: ignore\n"), "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("c.yaml:7")));
  EXPECT_THAT(ParseConfig(ExportWith("    columns: \"id int65\"\n"), "c.yaml"),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("c.yaml:6"), HasSubstr("int65"))));
}

TEST(Config, KeysOfALaterVersionAreRefusedByName) {
  for (const char* key : {"partition_by", "sort_by", "file_size", "target"}) {
    const std::string text = std::string("jobs: {j: {kind: export, source: {files: a.csv}, target: {parquet: out, ") +
                             "file: a.parquet, " + key + ": x}}}";
    EXPECT_THAT(ParseConfig(text, "c.yaml"),
                FailsWith(ErrorKind::kConfiguration, HasSubstr("'" + std::string(key) + "' is not in this version")));
  }
}

std::string TableTargetWith(const std::string& keys, const std::string& files = "in_{date:%Y%m%d}.csv") {
  return "jobs: {j: {kind: export, source: {files: \"" + files + "\"}, target: {delta: t" + keys + "}}}";
}

TEST(Config, ATargetCanBeADeltaTable) {
  ASSERT_OK_AND_ASSIGN(
      const Config config,
      ParseConfig(TableTargetWith(", partition_by: day, properties: {delta.appendOnly: false}, add_columns: true, "
                                  "replace_where: \"day = '{date:%Y-%m-%d}'\""),
                  "etc/c.yaml"));
  const ExportTarget& target = config.jobs.at(0).export_job->target;
  EXPECT_EQ(target.folder, "etc/t");
  EXPECT_FALSE(target.file.has_value());
  ASSERT_TRUE(target.table.has_value());
  EXPECT_FALSE(target.table->overwrite);
  EXPECT_THAT(target.table->partition_by, ElementsAre("day"));
  EXPECT_THAT(target.table->properties, ElementsAre(Pair("delta.appendOnly", "false")));
  EXPECT_TRUE(target.table->add_columns);
  EXPECT_EQ(target.table->replace_where->Expand(*ParseDate("2025-10-28")), "day = '2025-10-28'");
  ASSERT_OK_AND_ASSIGN(const Config whole, ParseConfig(TableTargetWith(", mode: overwrite", "a.json"), "c.yaml"));
  EXPECT_TRUE(whole.jobs.at(0).export_job->target.table->overwrite);
}

TEST(Config, KeysOfOneKindOfTargetAreRefusedForTheOther) {
  const auto refused = [](const std::string& text) { return FailsWith(ErrorKind::kConfiguration, HasSubstr(text)); };
  EXPECT_THAT(ParseConfig(TableTargetWith(", file: a.parquet"), "c"), refused("'file' is for Parquet files"));
  EXPECT_THAT(ParseConfig(TableTargetWith(", codec: snappy"), "c"), refused("delta.parquet.compression.codec"));
  EXPECT_THAT(ParseConfig(TableTargetWith(", parquet: p"), "c"), refused("'parquet' or 'delta', not both"));
  EXPECT_THAT(ParseConfig(TableTargetWith(", mode: overwrite"), "c"), refused("each would replace the whole table"));
  EXPECT_THAT(ParseConfig(TableTargetWith(", replace_where: \"a = 1\""), "c"), refused("which date's rows"));
  EXPECT_THAT(ParseConfig(TableTargetWith(", partition_by: a, cluster_by: b"), "c"), refused("either partitioned or"));
  EXPECT_THAT(ParseConfig("jobs: {j: {kind: export, source: {files: a.csv}, target: {parquet: out, file: a.parquet, "
                          "add_columns: true}}}",
                          "c"),
              refused("'add_columns' is for Delta tables"));
}

TEST(Config, ASourceCanBeADeltaTable) {
  const std::string begin = "jobs: {j: {kind: export, source: {delta: t";
  const std::string end = "}, target: {delta: u}}}";
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(begin + end, "etc/c.yaml"));
  EXPECT_EQ(config.jobs.at(0).export_job->source.files.at(0).text(), "delta:etc/t");
  EXPECT_THAT(ParseConfig(begin + ", delimiter: tab" + end, "c"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("'delimiter' is for files")));
  EXPECT_THAT(ParseConfig(begin + "}, target: {delta: ./t}}}", "c"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("reads the table that it writes")));
}

TEST(Config, TwoJobsCannotWriteToOneTable) {
  EXPECT_THAT(ParseConfig("jobs: {a: {kind: export, source: {files: a.csv}, target: {delta: t}}, "
                          "b: {kind: export, source: {files: b.csv}, target: {delta: ./t}}}",
                          "c"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("jobs 'a' and 'b' write the same table")));
}

constexpr const char* kLoads = R"yaml(connections:
  wh: {url: "snowflake://acme/DB/S?warehouse=W", user: etl, password: "env:WH_PASSWORD"}
  pg: {url: "postgresql://etl:hunter2@db/results"}
jobs:
  log:
    kind: load
    source: {recorder: qe, keep: true, recover: true}
    target: {connection: wh, table: "Query Log", stage: ST, create: true}
    on_error: continue
    json_columns: [a, b]
    parallel: 3
    retry_for: 30m
    retry_failed: true
    gc: true
    schedule: {daily: "05:00"}
  plain: {kind: load, source: {recorder: /var/qe}, target: {connection: pg, table: s.t}}
  duck: {kind: load, source: {recorder: /tmp}, target: {url: "duckdb:../d/x.duckdb?table=t"}}
  delta: {kind: load, source: {recorder: /a}, target: {url: "delta:/abs/t"}}
)yaml";

TEST(Config, ALoadJobNamesAFolderAndATable) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(kLoads, "etc/sluice.yaml"));
  const JobConfig& log = config.jobs.at(0);
  EXPECT_EQ(log.kind, JobKind::kLoad);
  EXPECT_TRUE(log.schedule.has_value());
  ASSERT_TRUE(log.load_job.has_value());
  EXPECT_EQ(log.load_job->folder, "etc/qe");
  EXPECT_EQ(log.load_job->target, "snowflake://etl@acme/DB/S?warehouse=W&table=Query%20Log&stage=ST");
  EXPECT_EQ(log.load_job->password, (SecretReference{SecretReference::Kind::kEnvironment, "WH_PASSWORD"}));
  const warehouse::LoadOptions& options = log.load_job->options;
  EXPECT_TRUE(options.keep && options.create && options.retry_failed && options.collect_garbage);
  EXPECT_TRUE(options.recover && options.skip_bad_rows);
  EXPECT_THAT(options.json_columns, ElementsAre("a", "b"));
  EXPECT_EQ(options.parallel, 3U);
  EXPECT_EQ(options.retry_for, std::chrono::minutes(30));
  const LoadJob& plain = *config.jobs.at(1).load_job;
  EXPECT_EQ(plain.target, "postgresql://etl:hunter2@db/results?table=s.t");
  EXPECT_EQ(plain.password, std::nullopt);
  EXPECT_FALSE(plain.options.recover || plain.options.skip_bad_rows);
  EXPECT_FALSE(plain.options.keep || plain.options.create || plain.options.retry_failed);
  EXPECT_EQ(plain.options.parallel, 8U);
  EXPECT_EQ(config.jobs.at(2).load_job->target, "duckdb:etc/../d/x.duckdb?table=t");
  EXPECT_EQ(config.jobs.at(3).load_job->target, "delta:/abs/t");
  EXPECT_THAT(RequireExport(log), FailsWith(ErrorKind::kUnsupported, HasSubstr("sluice run log --dry-run")));
}

TEST(Config, ShowsEveryValueWithItsOriginAndNoSecret) {
  ASSERT_OK_AND_ASSIGN(const Config config, ParseConfig(kWhole, "c.yaml"));
  ASSERT_OK_AND_ASSIGN(const Settings settings,
                       Settings::Resolve({.flags = {{"threads", "2"}}, .project = config.settings}));
  const auto values = ShowConfig(settings, &config);
  EXPECT_THAT(values, Contains(ShownValue{"memory", "256MiB", "c.yaml:3"}));
  EXPECT_THAT(values, Contains(ShownValue{"threads", "2", "flag --threads"}));
  EXPECT_THAT(values, Contains(ShownValue{"connections.source.url", "postgresql://u:***@h/db", "c.yaml:4"}));
  EXPECT_THAT(values, Contains(ShownValue{"connections.source.password", "***", "c.yaml:4 (env:PGPASSWORD)"}));
  EXPECT_THAT(values, Contains(ShownValue{"notify[0].slack", "***", "c.yaml:5 (env:SLACK_WEBHOOK)"}));
  EXPECT_THAT(values, Contains(ShownValue{"jobs.query_perf.rejects.max", "1%", "c.yaml:17"}));
  EXPECT_THAT(values, Contains(ShownValue{"jobs.query_perf.source.encoding_in", "utf-8", "default"}));
  EXPECT_THAT(ToText(values),
              AllOf(HasSubstr("threads = 2"), HasSubstr("# flag --threads\n"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(ToJson(values, -1), AllOf(HasSubstr(R"({"key":"threads","value":"2","origin":"flag --threads"})"),
                                        Not(HasSubstr("hunter2"))));
}

TEST(Config, RandomDamageIsAnErrorAndNoCrash) {
  core::SeededRandom random(3);
  for (int round = 0; round < 1'500; ++round) {
    std::string text = kWhole;
    for (int edit = 0; edit < 3; ++edit) {
      const std::size_t at = random.Next() % text.size();
      if (random.Next() % 2 == 0) {
        text.erase(at, 1 + random.Next() % 8);
      } else {
        text[at] = static_cast<char>(random.Next() % 128);
      }
    }
    const auto result = ParseConfig(text, "c.yaml");
    if (!result) {
      EXPECT_EQ(result.error().kind(), ErrorKind::kConfiguration);
    }
  }
}

TEST(Config, TheTargetIsPutIntoSql) {
  EXPECT_EQ(ExpandTarget("SELECT * FROM {target} a, {target} b", "t"), "SELECT * FROM t a, t b");
  EXPECT_EQ(ExpandTarget("SELECT 1", "t"), "SELECT 1");
}

}  // namespace
}  // namespace sluice::jobs
