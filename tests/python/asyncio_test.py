"""The example worker: logging does not slow the event loop down."""
import pathlib
import statistics
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples/recorder"))
import asyncio_worker  # noqa: E402

TASKS, QUERIES_PER_TASK = 1000, 3
SLOWER_MAX = 0.05
# Two runs in turn; a busy machine is given more of them before it counts as a failure.
ROUNDS_MIN, ROUNDS_MAX = 2, 6


class AsyncioTest(unittest.TestCase):
    def test_throughput_and_concurrency_are_those_without_a_log(self):
        outcomes = {"off": [], "sluice": []}
        for number in range(ROUNDS_MAX):
            for mode, runs in outcomes.items():
                with tempfile.TemporaryDirectory() as folder:
                    runs.append(asyncio_worker.measure(mode, folder, TASKS, QUERIES_PER_TASK))
                print(runs[-1], flush=True)
            off, on = (statistics.median(run.per_second for run in runs) for runs in outcomes.values())
            if number + 1 >= ROUNDS_MIN and on >= (1 - SLOWER_MAX) * off:
                break
        self.assertGreaterEqual(on, (1 - SLOWER_MAX) * off)
        for run in outcomes["sluice"]:
            self.assertEqual(run.logged, TASKS * QUERIES_PER_TASK)
        self.assertGreaterEqual(max(run.concurrency_mean for run in outcomes["sluice"]),
                                0.97 * max(run.concurrency_mean for run in outcomes["off"]))
