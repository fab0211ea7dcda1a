#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The recorder of recorder.h for C and for every language that calls C: rows into memory at once, into Parquet files
 * behind it, each row once. C99.
 *
 * Texts given are UTF-8, belong to the caller, are not kept beyond the call, and end in a zero byte where no length
 * stands beside them. Functions that can fail return false or NULL; sluice_recorder_last_error() says why.
 *
 * Threads: any may append, intern and ask for stats; rows of one thread keep their order. Open returns the only handle,
 * and one thread closes it, when all others have stopped. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sluice_recorder sluice_recorder;

/* What append does when the memory of its thread is full. Each outcome is counted. */
typedef enum sluice_full_policy {
  SLUICE_FULL_DROP = 0,           /* refuse the new row */
  SLUICE_FULL_SPIN_THEN_PARK = 1, /* wait, at first without a system call */
  SLUICE_FULL_PARK = 2,           /* wait */
  SLUICE_FULL_FAIL = 3            /* refuse this row and every later one */
} sluice_full_policy;

typedef struct sluice_recorder_options {
  const char* directory;         /* for the recorder's folder of files; made when absent */
  const char* test_id;           /* with worker_id it names the folder and the files */
  const char* worker_id;         /* at most one recorder at a time with both */
  const char* mapping_directory; /* where rows wait, in memory that outlives the process; NULL: /dev/shm/sluice-<uid> */
  const char* file_pattern;      /* "qe_{test_id}_{worker_id}_{sequence:04}.parquet" */
  const char* codec;             /* "zstd:1"; as --codec of `sluice copy` */
  uint64_t ring_bytes_per_thread; /* 8 MiB; memory for the rows that wait */
  uint64_t file_rows_max;         /* 500,000; a new file after so many rows … */
  uint64_t file_bytes_max;        /* 128 MiB; … or encoded bytes … */
  uint64_t rotate_after_ms;       /* 0; … or so long after its first row; 0: never by time */
  uint64_t min_rows_for_split;    /* 100,000; rotate_after_ms leaves smaller files open */
  uint64_t files_max;             /* 0; files in the folder that are not loaded yet; 0: any number */
  uint64_t folder_bytes_max;      /* 0; bytes of published files in the folder; 0: any number */
  uint64_t hand_over_after_ms;    /* 100; rows go to their file in blocks, or so long after the first of one */
  uint32_t threads_max;           /* 64; that append */
  sluice_full_policy when_full;   /* SLUICE_FULL_SPIN_THEN_PARK */
  bool survive_kill;              /* true; false: rows wait in private memory, and are lost with the process */
  bool sync_blocks;               /* false; true: rows survive a power cut with their block, not only with their file */
  bool stamps_from_ticks;         /* true: stamps are made from the processor's ticks; false: from the system's clock */
} sluice_recorder_options;

/* A column that the back end makes from others: the value of the column `value` where the text of the column `when`,
 * without spaces around it, is `equals`, whatever the case; else null. */
typedef struct sluice_derived_column {
  const char* name;
  const char* value;
  const char* when;
  const char* equals;
} sluice_derived_column;

typedef struct sluice_recorder_schema {
  const char* columns; /* "id int64 not null, at timestamp(us), note string"; as --columns of `sluice copy`;
                        * timestamp(us, UTC) for instants */
  const char* symbols; /* names of text columns that take interned texts, with commas between; or NULL */
  const char* stamps;  /* names of timestamp(us) columns that take the moment of append; or NULL */
  const sluice_derived_column* derived; /* they stand behind the recorded columns, in this order */
  size_t derived_count;
} sluice_recorder_schema;

typedef enum sluice_value_kind {
  SLUICE_NULL = 0,
  SLUICE_BOOL = 1,
  SLUICE_INT64 = 2,  /* also int32 columns, times as ticks since 1970 in the column's unit, and whole doubles */
  SLUICE_DOUBLE = 3, /* also float32 columns */
  SLUICE_TEXT = 4,   /* string and json columns; above 64 KiB it is cut, and the row counted */
  SLUICE_SYMBOL = 5, /* what sluice_recorder_intern gave; for columns named in `symbols` */
  SLUICE_DECIMAL = 6 /* the unscaled 128-bit number of a decimal column */
} sluice_value_kind;

typedef struct sluice_value {
  sluice_value_kind kind;
  union {
    bool truth;
    int64_t integer;
    double number;
    uint32_t symbol;
    struct {
      const char* data; /* need not end in a zero byte */
      size_t bytes;
    } text;
    struct {
      uint64_t low;
      int64_t high;
    } decimal;
  } of;
} sluice_value;

/* Rows. accepted = landed + dropped once the recorder is closed; before that the difference is on its way. */
typedef struct sluice_recorder_stats {
  uint64_t total_rows;    /* given to append */
  uint64_t buffered_rows; /* in memory, in no published file yet */
  uint64_t files_written;
  uint64_t current_file_rows;
  uint64_t landed;        /* in published files */
  uint64_t dropped;       /* refused by append, or given up after a failure */
  uint64_t cut_texts;     /* rows of which a text was longer than 64 KiB */
  uint64_t blocked_count; /* appends that waited */
  uint64_t blocked_ns;
  uint64_t high_water_bytes; /* of the fullest thread */
} sluice_recorder_stats;

typedef struct sluice_close_report {
  uint64_t accepted;
  uint64_t landed;
  uint64_t dropped;
  uint64_t files;
} sluice_close_report;

/* The defaults that stand above. Set directory, test_id and worker_id, then what should differ. */
void sluice_recorder_default_options(sluice_recorder_options* options);
/* The columns of a query log, as QueryExecutionSchema() of recorder.h: 18 are recorded, 3 derived. Its texts are never
 * freed. */
void sluice_recorder_query_execution_schema(sluice_recorder_schema* schema);

/* NULL for options or columns that cannot be, when another recorder with these ids is at work in the folder, and when
 * there is no room for the memory that outlives the process. What a killed recorder left there is published first. */
sluice_recorder* sluice_recorder_open(const sluice_recorder_options* options, const sluice_recorder_schema* schema);

/* One value for each recorded column, in their order. True: the row will be in a file, once, also if the process is
 * killed now. False: it was refused and counted; by the policy, because the recorder is closed, or because a value is
 * none that its column can have, and then nothing of it is stored. Sets no error: it is for the hot path. */
bool sluice_recorder_append(sluice_recorder* recorder, const sluice_value* values, size_t count);

/* Whether a row fits, whatever the recorder's state. False: the error names the first column that cannot have its
 * value, what it takes and what was given. Not for the hot path. */
bool sluice_recorder_check(const sluice_recorder* recorder, const sluice_value* values, size_t count);

/* A number for a text that many rows have; the same text gets the same number. Not for the hot path. */
uint32_t sluice_recorder_intern(sluice_recorder* recorder, const char* text, size_t bytes);

/* Relaxed reads while threads append; exact after close. */
void sluice_recorder_get_stats(const sluice_recorder* recorder, sluice_recorder_stats* stats);

/* The error of the back end, for sluice_recorder_last_error; true while all is well. */
bool sluice_recorder_is_well(const sluice_recorder* recorder);

/* Publish what is left, once all threads have stopped appending. `report` may be NULL. False: rows are still in memory;
 * call again, or leave them to the next recorder. After success: the same report again. */
bool sluice_recorder_close(sluice_recorder* recorder, sluice_close_report* report);

/* Ends the handle; NULL is allowed. Without close before, files and memory stay as after a crash: the next recorder in
 * the folder, or `sluice recorder recover`, publishes them. */
void sluice_recorder_free(sluice_recorder* recorder);

/* Why the calling thread's last failed call failed: what happened, and how to fix it. "" before any. It stays until
 * that thread's next failure. */
const char* sluice_recorder_last_error(void);

#ifdef __cplusplus
}
#endif
