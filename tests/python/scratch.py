"""A scratch folder for each test, and the rows that were published in it."""
import json
import pathlib
import tempfile
import unittest

import pyarrow
import pyarrow.parquet

import sluice


class ScratchTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="sluice-python-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def open(self, schema, **options):
        options.setdefault("mapping_directory", self.folder / "memory")
        return sluice.Recorder(schema, self.folder, "t", "w", **options)

    def published(self):
        """The rows of the files that the manifest names, in its order."""
        lines = [json.loads(line) for line in (self.folder / "qe_t_w/manifest.jsonl").read_text().splitlines()]
        files = [self.folder / "qe_t_w" / line["file"] for line in lines if "file" in line]
        return pyarrow.concat_tables(pyarrow.parquet.read_table(file).replace_schema_metadata(None) for file in files)

    def record(self, schema, *records):
        with self.open(schema) as recorder:
            for record in records:
                self.assertTrue(recorder.append(record))
        return self.published().to_pylist()
