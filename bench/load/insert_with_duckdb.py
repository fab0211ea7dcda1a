"""insert_with_duckdb LIBRARY DATABASE COLUMNS FILE...: what DuckDB itself does with INSERT ... SELECT FROM read_parquet, by
the library that sluice opens, into a table `t` of these columns. Prints the seconds from opening the library to the database
closed: the start of Python is not DuckDB's."""
import ctypes
import sys
import time

library, database, columns, *files = sys.argv[1:]
begin = time.monotonic()
duckdb = ctypes.CDLL(library)
handle, connection = ctypes.c_void_p(), ctypes.c_void_p()


def check(state):
    if state != 0:
        raise RuntimeError("DuckDB refused")


duckdb.duckdb_query.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
check(duckdb.duckdb_open(database.encode(), ctypes.byref(handle)))
check(duckdb.duckdb_connect(handle, ctypes.byref(connection)))
names = ", ".join(f"'{file}'" for file in files)
for statement in (f"CREATE TABLE t ({columns})", f"INSERT INTO t BY NAME SELECT * FROM read_parquet([{names}])"):
    check(duckdb.duckdb_query(connection, statement.encode(), None))
duckdb.duckdb_disconnect(ctypes.byref(connection))
duckdb.duckdb_close(ctypes.byref(handle))
print(time.monotonic() - begin)
