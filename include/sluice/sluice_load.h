#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The load of load.h for C and for every language that calls C. C99.
 *
 * Texts given are UTF-8, belong to the caller, are not kept beyond the call, and end in a zero byte.
 *
 * Threads: any; one load per folder at a time, also among processes. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sluice_load_options {
  bool keep;                /* local files stay when they are loaded */
  bool create;              /* make the table when there is none */
  bool retry_failed;        /* files that were refused are tried again */
  bool dry_run;             /* say what there is to do, and write nothing */
  bool collect_garbage;     /* remove staged copies that earlier loads left behind */
  bool recover;             /* first publish what recorders that died left */
  bool skip_bad_rows;       /* leave out rows that the table refuses; Snowflake alone */
  const char* json_columns; /* "a,b": texts of the files that are JSON; NULL: none */
  size_t parallel;          /* 8; at most so many files on their way at once */
  uint64_t retry_for_ms;    /* 0; go on trying a target that is away for so long */
} sluice_load_options;

/* Files and rows of the folders, also those that earlier loads brought in. */
typedef struct sluice_load_report {
  uint64_t files;
  uint64_t files_loaded;
  uint64_t files_failed;  /* refused for what is in them */
  uint64_t files_unknown; /* nobody knows whether they are in */
  uint64_t files_open;    /* left alone: their recorder is not closed; not in `files` */
  uint64_t rows_recorded;
  uint64_t rows_loaded;
  uint64_t rows_rejected;
  uint64_t bytes_uploaded;
} sluice_load_report;

/* The defaults that stand above; all flags off. */
void sluice_load_default_options(sluice_load_options* options);

/* Load every finished file of the recorders' folders at and below `directory` into `target` ("duckdb:FILE?table=t",
 * "postgresql://host/db?table=s.t", …), each exactly once; see load.h. `options` and `report` may be NULL.
 *
 * True: every recorded row is in the table, or was rejected as asked; after a dry run: there is nothing in the way.
 * False: sluice_load_last_error() says what happened; the report, all zero when nothing was begun, counts what is in.
 * Files that are not loaded are kept: call again. */
bool sluice_load(const char* directory, const char* target, const sluice_load_options* options,
                 sluice_load_report* report);

/* Why the calling thread's last load failed: "Kind: what happened", and how to fix it. "" before any. */
const char* sluice_load_last_error(void);

#ifdef __cplusplus
}
#endif
