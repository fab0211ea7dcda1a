#!/usr/bin/env python3
"""The harness must be able to say MISS, to take off a tool's start, to see all processes, and to catch who skips work."""
from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent / "files"))
import goals  # noqa: E402
import log_reading  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
from cases import CASES, Case, appended  # noqa: E402
from measure import ProcessFailed, Usage  # noqa: E402
from subjects import DELTA_RS, Run, Subject, Tools, last_document, run_together  # noqa: E402


def made(cpu_s: float = 1.0, wall_s: float = 1.0, rss_mib: float = 100.0, **facts: float) -> Run:
    return Run(Usage(cpu_s, 0.0, wall_s, rss_mib, 0), (), facts)


def goal(title: str) -> goals.Goal:
    return next(item for item in goals.GOALS if item.title == title)


STARTS = {"driver-start": [made(0.01)], "sluice-start": [made(0.01)], "delta-rs-start": [made(0.5, 0.5)]}


class Goals(unittest.TestCase):
    def test_the_start_of_each_tool_is_taken_off(self) -> None:
        item = goal("CPU, open 1,000 commits, against delta-rs")
        results = {"start": STARTS, "open-commits": {"driver": [made(0.31), made(0.11)], "delta-rs": [made(0.9), made(1.0)]}}
        self.assertAlmostEqual(item.measured(results), 0.25)
        self.assertEqual(item.verdict(results), goals.PASS)

    def test_a_ratio_above_the_limit_is_a_miss(self) -> None:
        results = {"start": STARTS, "open-commits": {"driver": [made(0.21)], "delta-rs": [made(0.9)]}}
        self.assertEqual(goal("CPU, open 1,000 commits, against delta-rs").verdict(results), goals.MISS)

    def test_one_failed_append_is_a_miss(self) -> None:
        item = goal("8 processes x 25 appends, failures")
        self.assertEqual(item.verdict({"writers": {"driver": [made(failed=0), made(failed=1)]}}), goals.MISS)
        self.assertEqual(item.verdict({"writers": {"driver": [made(failed=0)]}}), goals.PASS)

    def test_memory_counts_the_worst_round_without_what_was_there_before(self) -> None:
        results = {"open-adds": {"driver": [made(rss_mib=50.0), made(rss_mib=50.0)]}}
        self.assertIsNone(goal("resident per 1 M adds").measured(results))
        item = {"open-adds": {"driver": [Run(made().usage, (), {"rss_mib": 80.0, "rss_before_mib": 20.0})]}}
        self.assertAlmostEqual(goal("resident per 1 M adds").measured(item), 200, places=2)

    def test_what_did_not_run_is_neither_passed_nor_missed(self) -> None:
        self.assertTrue(all(item.verdict({}) == goals.UNMEASURED for item in goals.GOALS))
        self.assertIn("0 pass, 0 MISS", report.goal_table({}))

    def test_a_share_of_skipped_files_must_not_be_too_low(self) -> None:
        results = {"cluster": {"sluice": [made(skipped_service=0.79)]}}
        self.assertEqual(goal("files skipped by a service").verdict(results), goals.MISS)


class Measuring(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_all_processes_are_counted_and_heard(self) -> None:
        code = "import json\nfor _ in range(3_000_000): pass\nprint('noise'); print(json.dumps({'appended': 2}))"
        usage, said = run_together([sys.executable, "-c", code], 3, self.folder)
        self.assertEqual(said, ({"appended": 2},) * 3)
        self.assertGreater(usage.cpu_s, 0.05)

    def test_a_failed_process_says_its_last_words(self) -> None:
        with self.assertRaisesRegex(ProcessFailed, "ended with 3:\nout of luck"):
            run_together([sys.executable, "-c", "import sys; print('out of luck', file=sys.stderr); sys.exit(3)"], 2, self.folder)

    def test_documents_are_read_whole_or_from_the_last_line(self) -> None:
        self.assertEqual(last_document('{\n "a": 1\n}\n'), {"a": 1})
        self.assertEqual(last_document("no json"), {})

    def test_rounds_are_interleaved_and_who_fails_leaves(self) -> None:
        (self.folder / "t").mkdir()
        script = self.folder / "tool.py"
        script.write_text(f"import sys; open({str(self.folder / 'log')!r}, 'a').write(sys.argv[1][0]); sys.exit(sys.argv[1] == 'c')")
        subjects = tuple(Subject(name, "tool", (str(script), name), "t", lambda said, table: {}) for name in ("a", "b", "c"))
        failures: list[str] = []

        class Plain(Tools):
            def start(self, tool: str) -> tuple[str, ...]:
                return (sys.executable,)

        runs = run.run_case(Case("", ("t",), subjects), Plain(self.folder, self.folder, self.folder), self.folder, 2, failures)
        self.assertEqual((self.folder / "log").read_text(), "abcba")
        self.assertEqual({name: len(held) for name, held in runs.items()}, {"a": 2, "b": 2})
        self.assertEqual(len(failures), 1)


class Checks(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name)
        (self.table / "_delta_log").mkdir()

    def write(self, version: int, *actions: dict) -> None:
        (self.table / "_delta_log" / f"{version:020}.json").write_text("".join(json.dumps(action) + "\n" for action in actions))

    @staticmethod
    def add(name: str, low: str = "a", high: str = "b") -> dict:
        stats = {"numRecords": 100, "minValues": {"s": low}, "maxValues": {"s": high}}
        return {"add": {"path": name, "stats": json.dumps(stats)}}

    def test_a_removed_file_is_not_live(self) -> None:
        self.write(0, self.add("x"), self.add("y%20z"))
        self.write(1, {"remove": {"path": "y%20z"}}, self.add("w"))
        self.assertEqual(sorted(add["path"] for add in log_reading.live_adds(self.table)), ["w", "x"])

    def test_the_skipped_share_is_the_mean_over_values(self) -> None:
        adds = [self.add("x", "a", "c")["add"], self.add("y", "d", "f")["add"]]
        self.assertEqual(log_reading.skipped_share(adds, "s", ["b", "z"]), 0.75)

    def test_a_lost_batch_is_seen(self) -> None:
        self.write(0, self.add("x"))
        said = ({"appended": 2, "failed": 0, "cpu_s": [0.1] * 30},)
        with self.assertRaisesRegex(ProcessFailed, "100 rows in the log, 2 batches"):
            appended(200)(said, self.table)

    def test_every_case_has_its_tables_made(self) -> None:
        makers = (HERE / "generate.py").read_text()
        for case in CASES.values():
            self.assertTrue(all(f'"{table}":' in makers for table in case.tables))
            self.assertTrue(all(subject.table in case.tables for subject in case.subjects))
        self.assertIn(DELTA_RS, {subject.tool for case in CASES.values() for subject in case.subjects})


if __name__ == "__main__":
    unittest.main()
