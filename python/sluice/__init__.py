"""Record rows while a program works, without slowing it down; Parquet files come out behind it, each row in them once.

    from sluice import QUERY_EXECUTION, Recorder

    with Recorder(QUERY_EXECUTION, "log", test_id="run-7", worker_id="w0") as recorder:
        recorder.append({"execution_id": "e1", "query_kind": "INSERT", "rows_affected": 3, "custom_metadata": {"try": 1}})

`append` takes no lock, opens no file and awaits nothing: it is called from a coroutine as it is.
"""

from ._recorder import RecorderError
from .loading import LoadError, load
from .recorder import QUERY_EXECUTION, DerivedColumn, Recorder, Schema

# The sizes of the files, under the names that their users know.
MAX_ROWS_PER_FILE = 500_000
BUFFER_SIZE = 10_000
MIN_ROWS_FOR_SPLIT = 100_000

__all__ = ["BUFFER_SIZE", "DerivedColumn", "LoadError", "MAX_ROWS_PER_FILE", "MIN_ROWS_FOR_SPLIT", "QUERY_EXECUTION", "Recorder",
           "RecorderError", "Schema", "load"]
