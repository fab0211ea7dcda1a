#!/usr/bin/env python3
"""The harness must be able to say MISS, to see what a process costs, and to catch who skips work. Needs no peer."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import goals  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
import shape  # noqa: E402
from cases import CASES, Case  # noqa: E402
from measure import ProcessFailed, Usage, measure  # noqa: E402
from subjects import Bench, Subject  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def usage(cpu_s=1.0, wall_s=1.0, rss_mib=100.0, bytes_out=1000):
    return Usage(cpu_s, 0.0, wall_s, rss_mib, bytes_out)


def goal(title):
    return next(item for item in goals.GOALS if item.title == title)


class Goals(unittest.TestCase):
    def test_a_ratio_uses_the_best_round_of_each(self):
        results = {"zstd3": {"sluice": [usage(3.0), usage(2.0)], "duckdb": [usage(9.0), usage(4.0)]}}
        item = goal("CPU zstd-3 against duckdb")
        self.assertEqual(item.measured(results), 0.5)
        self.assertEqual(item.verdict(results), goals.PASS)

    def test_a_ratio_above_the_limit_is_a_miss(self):
        results = {"zstd3": {"sluice": [usage(2.1)], "duckdb": [usage(4.0)]}}
        self.assertEqual(goal("CPU zstd-3 against duckdb").verdict(results), goals.MISS)

    def test_file_size_is_held_against_the_smallest_peer(self):
        results = {"zstd3": {"sluice": [usage(bytes_out=95)], "duckdb": [usage(bytes_out=100)], "duckdb-v2": [usage(bytes_out=90)]}}
        self.assertEqual(goal("bytes, zstd-3, against the smallest peer").verdict(results), goals.MISS)

    def test_memory_counts_the_worst_round(self):
        results = {"rss": {"sluice-x1": [usage(rss_mib=200), usage(rss_mib=300)]}}
        self.assertEqual(goal("peak RSS").verdict(results), goals.MISS)

    def test_two_threads_must_be_faster_not_slower(self):
        slow = {"threads": {"sluice-1": [usage(wall_s=3.0)], "sluice-2": [usage(wall_s=2.0)]}}
        fast = {"threads": {"sluice-1": [usage(wall_s=3.6)], "sluice-2": [usage(wall_s=2.0)]}}
        item = goal("wall, 1 thread over 2 threads")
        self.assertEqual([item.verdict(slow), item.verdict(fast)], [goals.MISS, goals.PASS])

    def test_what_did_not_run_is_neither_passed_nor_missed(self):
        self.assertEqual(goal("CPU zstd-3 against duckdb").verdict({"zstd3": {"duckdb": [usage()]}}), goals.UNMEASURED)

    def test_every_goal_names_a_case(self):
        self.assertLessEqual({item.case for item in goals.GOALS}, CASES.keys())


class Measuring(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.output = self.folder / "out"

    def test_cpu_memory_and_bytes_are_those_of_the_process(self):
        code = f"b = bytearray(80 << 20)\nfor _ in range(3_000_000): pass\nopen({str(self.output)!r}, 'wb').write(b[:123])"
        cost = measure([sys.executable, "-c", code], self.output, self.folder)
        self.assertGreater(cost.cpu_s, 0.01)
        self.assertGreater(cost.rss_mib, 80)
        self.assertEqual(cost.bytes_out, 123)

    def test_a_failed_process_says_its_last_words(self):
        with self.assertRaisesRegex(ProcessFailed, "ended with 3:\nout of luck"):
            measure([sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"], self.output, self.folder)

    def test_rounds_are_interleaved_and_who_fails_leaves(self):
        log = self.folder / "log"

        def subject(name, code):
            return Subject(name, [sys.executable, "-c", f"open({str(log)!r}, 'a').write({name!r}); {code}"], self.output, [])

        both = [subject("a", "0"), subject("b", "0"), subject("c", "raise SystemExit(9)")]
        bench = Bench(self.folder / "sluice", pathlib.Path(sys.executable), self.folder / "c", self.folder, 1)
        failures = []
        runs = run.run_case(bench, "zstd3", Case("", (), lambda _: both), 2, failures)
        self.assertEqual(log.read_text(), "abcab")
        self.assertEqual({name: len(costs) for name, costs in runs.items()}, {"a": 2, "b": 2})
        self.assertEqual(len(failures), 1)

    def test_a_sluice_that_is_not_built_is_skipped(self):
        bench = Bench(self.folder / "sluice", pathlib.Path(sys.executable), self.folder / "c", self.folder, 1)
        self.assertEqual(run.run_case(bench, "threads", CASES["threads"], 1, []), {})


class Shapes(unittest.TestCase):
    def test_good_rows_are_those_without_the_bad_remainder(self):
        for rows in (1, 6, 7, 106, 107, 60_000):
            kept = sum(row % shape.BAD_ROW_EVERY != shape.BAD_ROW_REMAINDER for row in range(1, rows + 1))
            self.assertEqual(shape.good_rows(rows), kept)

    def test_the_goal_table_has_a_line_for_every_goal(self):
        text = report.goal_table({})
        self.assertTrue(all(item.title in text for item in goals.GOALS))


if __name__ == "__main__":
    unittest.main()
