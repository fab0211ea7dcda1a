"""A killed process loses no row that append took; the child of a fork records none."""
import os
import signal
import subprocess
import sys

import sluice
from scratch import ScratchTest

PROGRAM = """
import os, sys, sluice
recorder = sluice.Recorder("id int64, text string", sys.argv[1], "t", "w", mapping_directory=sys.argv[1] + "/memory")
for number in range(10_000_000):
    assert recorder.append({"id": number, "text": "x" * (number % 40)})
    if number % 100 == 0:
        os.write(1, b"%d\\n" % number)
"""


class KillTest(ScratchTest):
    def test_no_acknowledged_row_is_lost(self):
        for round_number, lines in enumerate((1, 50, 2000)):
            with self.subTest(lines=lines):
                self.folder = self.folder / str(round_number)
                self.folder.mkdir()
                child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(self.folder)], stdout=subprocess.PIPE, bufsize=0)
                for _ in range(lines):
                    child.stdout.readline()
                child.send_signal(signal.SIGKILL)
                said = child.stdout.read().splitlines()
                child.stdout.close()
                self.assertEqual(child.wait(), -signal.SIGKILL)
                acknowledged = (lines - 1 + len([line for line in said if line])) * 100 - 100
                self.open("id int64, text string").close()
                rows = self.published()
                self.assertGreaterEqual(rows.num_rows, acknowledged + 1)
                self.assertTrue(rows.column("id").to_pylist() == list(range(rows.num_rows)))
                self.assertTrue(rows.column("text").to_pylist() == ["x" * (number % 40) for number in range(rows.num_rows)])

    def test_the_child_of_a_fork_records_nothing(self):
        with self.open("a int64") as recorder:
            recorder.append((1,))
            child = os.fork()
            if child == 0:
                os._exit(1 if recorder.append((2,)) else 0)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertTrue(recorder.append((3,)))
        self.assertEqual(self.published().column("a").to_pylist(), [1, 3])
