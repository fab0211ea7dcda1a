#!/usr/bin/env python3
"""The lint must pass a good log and find each of the ways to break one."""
from __future__ import annotations

import copy
import json
import pathlib
import sys
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from protocol_lint import lint  # noqa: E402

SCHEMA = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}},
                                       {"name": "p", "type": "integer", "nullable": False, "metadata": {}}]}
LATER = {"type": "struct", "fields": [{"name": "id", "type": "timestamp_ntz", "nullable": True, "metadata": {}}]}


def info(version: int, operation: str, blind: bool, **more: object) -> dict:
    body = {"timestamp": 1_700_000_000_000 + version, "operation": operation, "operationParameters": {}, "isolationLevel": "Serializable",
            "isBlindAppend": blind, "operationMetrics": {"numFiles": "1"}, "engineInfo": "Sluice/1", "txnId": f"t{version}", **more}
    return {"commitInfo": body | ({"readVersion": version - 1} if version else {})}


def add(name: str, size: int, begin: int, rows: int, **more: object) -> dict:
    stats = {"numRecords": rows, "minValues": {"id": begin}, "maxValues": {"id": begin + rows - 1}, "nullCount": {"id": 0}}
    return {"add": {"path": f"p=1/{name}", "partitionValues": {"p": "1"}, "size": size, "modificationTime": 1, "dataChange": True,
                    "stats": json.dumps(stats), **more}}


def remove(name: str, size: int, **more: object) -> dict:
    return {"remove": {"path": f"p=1/{name}", "deletionTimestamp": 1, "dataChange": True, "extendedFileMetadata": True,
                       "partitionValues": {"p": "1"}, "size": size, **more}}


class Lint(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name)
        (self.table / "_delta_log").mkdir()
        (self.table / "p=1").mkdir()
        size = {name: self.data(name, begin, rows) for name, begin, rows in (("a", 0, 10), ("b", 10, 10), ("c", 0, 20))}
        moved = {"dataChange": False}
        metadata = {"id": "m", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps(SCHEMA), "partitionColumns": ["p"],
                    "createdTime": 1, "configuration": {}}
        self.commits = [
            [info(0, "CREATE TABLE", True), {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}, {"metaData": metadata}],
            [info(1, "WRITE", True), {"txn": {"appId": "x", "version": 1, "lastUpdated": 5}}, add("a", size["a"], 0, 10)],
            [info(2, "WRITE", True), add("b", size["b"], 10, 10)],
            [info(3, "OPTIMIZE", False), remove("a", size["a"], **moved), remove("b", size["b"], **moved), add("c", size["c"], 0, 20, **moved)],
        ]

    def data(self, name: str, begin: int, rows: int) -> int:
        path = self.table / "p=1" / name
        pa.parquet.write_table(pa.table({"id": pa.array(range(begin, begin + rows), pa.int64())}), path)
        return path.stat().st_size

    def found(self, files: bool = True) -> str:
        for version, commit in enumerate(self.commits):
            text = "".join(json.dumps(line) + "\n" for line in commit)
            (self.table / "_delta_log" / f"{version:020}.json").write_text(text)
        return "\n".join(lint(self.table, files))

    def body(self, version: int, kind: str) -> dict:
        return next(line[kind] for line in self.commits[version] if kind in line)

    def stats(self, version: int, **more: object) -> None:
        held = self.body(version, "add")
        held["stats"] = json.dumps(json.loads(held["stats"]) | more)

    def configure(self, **more: object) -> None:
        self.body(0, "metaData")["configuration"].update({key.replace("_", "."): value for key, value in more.items()})

    def test_a_good_log_has_nothing_to_say(self) -> None:
        self.assertEqual(self.found(), "")

    def test_two_metadata_in_one_commit(self) -> None:
        self.commits[0].append(copy.deepcopy(self.commits[0][2]))
        self.assertIn("metaData stands 2 times", self.found())

    def test_one_application_twice_in_one_commit(self) -> None:
        self.commits[1].append(self.commits[1][1])
        self.assertIn("txn stands 2 times for x", self.found())

    def test_a_path_added_twice(self) -> None:
        self.commits[2].append(self.commits[2][1])
        self.assertIn("p=1/b is added twice", self.found())

    def test_add_and_remove_with_one_vector(self) -> None:
        self.commits[2].append(remove("b", self.body(2, "add")["size"]))
        self.assertIn("added and removed with one deletion vector", self.found())

    def test_a_vector_that_appears_without_a_remove(self) -> None:
        vector = {"storageType": "i", "pathOrInlineDv": "00000", "sizeInBytes": 4, "cardinality": 1}
        again = copy.deepcopy(self.commits[1][2])
        again["add"]["deletionVector"] = vector
        self.commits[2].append(again)
        self.assertIn("another deletion vector without a remove", self.found())

    def test_a_gap(self) -> None:
        self.found()
        (self.table / "_delta_log" / f"{2:020}.json").unlink()
        self.assertIn("commit 2 is missing", "\n".join(lint(self.table)))

    def test_a_torn_line(self) -> None:
        self.found()
        path = self.table / "_delta_log" / f"{3:020}.json"
        path.write_bytes(path.read_bytes()[:-5])
        self.assertIn("version 3: line 4", "\n".join(lint(self.table)))

    def test_a_removed_row_that_an_optimize_loses(self) -> None:
        self.stats(3, numRecords=19)
        self.assertIn("rows moved from [10, 10] to [20]".replace("20", "19"), self.found(files=False))

    def test_an_optimize_that_says_it_changes_data(self) -> None:
        self.body(3, "add")["dataChange"] = True
        self.assertIn("OPTIMIZE with dataChange", self.found())

    def test_a_remove_of_what_is_not_live(self) -> None:
        self.commits[2].append(remove("z", 1))
        self.assertIn("p=1/z is removed, but not live", self.found())

    def test_a_name_used_again(self) -> None:
        self.commits.append([info(4, "WRITE", True), copy.deepcopy(self.commits[1][2])])
        self.assertIn("the name was used before", self.found())

    def test_wrong_partition_keys_and_values(self) -> None:
        self.body(1, "add")["partitionValues"] = {"q": "1"}
        self.body(2, "add")["partitionValues"] = {"p": "99999999999"}
        text = self.found()
        self.assertIn("partition values for ['q']", text)
        self.assertIn("does not fit into 32 bits", text)

    def test_a_null_in_a_partition_column_that_has_none(self) -> None:
        self.body(1, "add")["partitionValues"] = {"p": None}
        self.assertIn("which is NOT NULL", self.found())

    def test_an_append_only_table_that_loses_rows(self) -> None:
        self.configure(delta_appendOnly="true")
        self.body(3, "remove")["dataChange"] = True
        self.assertIn("append-only", self.found())

    def test_a_type_without_its_feature(self) -> None:
        self.body(0, "metaData").update(schemaString=json.dumps(LATER), partitionColumns=[])
        self.assertIn("timestamp_ntz without the feature", self.found())

    def test_a_property_without_its_feature(self) -> None:
        self.configure(delta_enableDeletionVectors="true")
        self.assertIn("without the feature deletionVectors", self.found())

    def test_feature_lists_that_do_not_fit_the_numbers(self) -> None:
        self.body(0, "protocol").update(minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"])
        text = self.found()
        self.assertIn("writerFeatures None with writer version 7", text)
        self.assertIn("reader features that are no writer features", text)

    def test_a_protocol_that_goes_down(self) -> None:
        self.commits[2].insert(1, {"protocol": {"minReaderVersion": 1, "minWriterVersion": 1}})
        self.assertIn("minWriterVersion went down from 2 to 1", self.found())

    def test_a_blind_append_that_removes(self) -> None:
        self.body(3, "commitInfo")["isBlindAppend"] = True
        self.assertIn("isBlindAppend with removes", self.found())

    def test_commit_information_that_is_not_first(self) -> None:
        self.commits[1].append(self.commits[1].pop(0))
        self.assertIn("commitInfo is not the first action", self.found())

    def test_a_null_instead_of_an_absent_field(self) -> None:
        self.body(1, "add")["tags"] = None
        self.assertIn("add.tags".removeprefix("add.") + " is null instead of absent", self.found())

    def test_timestamps_that_go_back(self) -> None:
        self.body(0, "protocol").update(minWriterVersion=7, writerFeatures=["inCommitTimestamp"])
        self.configure(delta_enableInCommitTimestamps="true")
        for version, stamp in enumerate((10, 11, 11, 12)):
            self.body(version, "commitInfo")["inCommitTimestamp"] = stamp
        self.assertIn("inCommitTimestamp 11 after 11", self.found())

    def test_statistics_that_lie(self) -> None:
        for lie, said in (({"maxValues": {"id": 18}}, "max of id is 18, there is 19"), ({"minValues": {"id": 1}}, "min of id is 1, there is 0"),
                          ({"nullCount": {"id": 1}}, "nullCount of id is 1, there are 0"), ({"maxValues": {"id": 30}}, "tight ones would be (0, 19)")):
            with self.subTest(said):
                held = self.body(3, "add")["stats"]
                self.stats(3, **lie)
                self.assertIn(said, self.found())
                self.body(3, "add")["stats"] = held

    def test_a_live_file_that_is_missing_or_has_another_size(self) -> None:
        self.body(3, "add")["size"] += 1
        self.assertIn("bytes, the log says", self.found())
        (self.table / "p=1/c").unlink()
        self.assertIn("p=1/c is live and missing", self.found())

    def test_a_checkpoint_that_forgets_a_file(self) -> None:
        self.found()
        columns = {name: [self.body(version, name)] for version, name in ((0, "protocol"), (0, "metaData"))}
        rows = [{name: cells[0]} for name, cells in columns.items()]
        rows[1]["metaData"] = {**columns["metaData"][0], "format": {"provider": "parquet"}, "configuration": None}
        pa.parquet.write_table(pa.Table.from_pylist(rows), self.table / "_delta_log" / f"{3:020}.checkpoint.parquet")
        self.assertIn("0 live files, the log has 1", "\n".join(lint(self.table)))

    def test_a_checksum_that_counts_wrong(self) -> None:
        self.found()
        wrong = {"numFiles": 2, "tableSizeBytes": 1, "numMetadata": 1, "numProtocol": 1}
        (self.table / "_delta_log" / f"{3:020}.crc").write_text(json.dumps(wrong))
        self.assertIn("numFiles is 2, the log says 1", "\n".join(lint(self.table)))


if __name__ == "__main__":
    unittest.main()
