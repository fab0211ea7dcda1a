/* record DIRECTORY [TARGET]: three calls of a query log, from C; with a target, loaded into a table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sluice/sluice_load.h"
#include "sluice/sluice_recorder.h"

enum {
  kExecutionId = 0,
  kStartTime = 4,
  kDurationMs = 6,
  kRowsAffected = 7,
  kWarehouse = 9,
  kQueryKind = 14,
  kColumns = 18
};

static sluice_value Text(const char* text) {
  sluice_value value = {.kind = SLUICE_TEXT};
  value.of.text.data = text;
  value.of.text.bytes = strlen(text);
  return value;
}

static sluice_value Integer(int64_t integer) {
  sluice_value value = {.kind = SLUICE_INT64};
  value.of.integer = integer;
  return value;
}

static int Fail(void) {
  fprintf(stderr, "%s\n", sluice_recorder_last_error());
  return 1;
}

static int LoadInto(const char* target, const char* directory) {
  sluice_load_options options;
  sluice_load_default_options(&options);
  options.create = true;
  sluice_load_report report;
  const bool all = sluice_load(directory, target, &options, &report);
  printf("%" PRIu64 " of %" PRIu64 " rows are in the table\n", report.rows_loaded, report.rows_recorded);
  if (all) return 0;
  fprintf(stderr, "%s\n", sluice_load_last_error());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: record DIRECTORY [TARGET]\n");
    return 64;
  }
  sluice_recorder_options options;
  sluice_recorder_default_options(&options);
  options.directory = argv[1];
  options.test_id = "demo";
  options.worker_id = "c";
  sluice_recorder_schema schema;
  sluice_recorder_query_execution_schema(&schema);
  sluice_recorder* recorder = sluice_recorder_open(&options, &schema);
  if (recorder == NULL) return Fail();

  /* Known texts get a number once, outside the hot part. */
  const uint32_t warehouse = sluice_recorder_intern(recorder, "small", 5);
  for (int i = 0; i < 3; ++i) {
    sluice_value row[kColumns] = {{.kind = SLUICE_NULL}}; /* what is not set is null */
    char id[16];
    snprintf(id, sizeof id, "call-%d", i);
    row[kExecutionId] = Text(id);
    row[kStartTime] = Integer(1767229200000000 + i);
    row[kDurationMs].kind = SLUICE_DOUBLE;
    row[kDurationMs].of.number = 1.5 * i;
    row[kRowsAffected] = Integer(10 * i);
    row[kWarehouse].kind = SLUICE_SYMBOL;
    row[kWarehouse].of.symbol = warehouse;
    row[kQueryKind] = Text(i == 1 ? "insert" : "select");
    if (!sluice_recorder_append(recorder, row, kColumns)) printf("row %d was refused\n", i);
  }

  sluice_close_report report;
  const bool closed = sluice_recorder_close(recorder, &report);
  if (closed) {
    printf("accepted %" PRIu64 ", landed %" PRIu64 ", dropped %" PRIu64 ", files %" PRIu64 "\n", report.accepted,
           report.landed, report.dropped, report.files);
  }
  sluice_recorder_free(recorder);
  if (!closed) return Fail();
  return argc == 3 ? LoadInto(argv[2], argv[1]) : 0;
}
