"""A thread that waits for room keeps nobody else waiting."""
import os
import signal
import threading
import time

import sluice
from scratch import ScratchTest

ROWS = 60_000  # more than memory holds


class WaitingTest(ScratchTest):
    def setUp(self):
        super().setUp()
        # One file may be in the folder: then nothing is taken any more, until somebody loads it.
        self.recorder = self.open("number int64, note string", when_full="park", files_max=1, file_rows_max=10_000, ring_bytes_per_thread=1)
        self.appended = 0

    def append(self, count):
        for number in range(count):
            if not self.recorder.append({"number": number, "note": "x" * 20}):
                return
            self.appended += 1

    def await_full(self):
        deadline, before = time.monotonic() + 30, -1
        while self.appended != before or not self.recorder.stats["last_error"]:
            before = self.appended
            time.sleep(0.2)
            self.assertLess(time.monotonic(), deadline)
        self.assertLess(self.appended, ROWS)

    def load_from_now_on(self):
        done = threading.Event()

        def load():
            while not done.wait(0.01):
                for file in (self.folder / "qe_t_w").glob("*.parquet"):
                    file.unlink()
        loader = threading.Thread(target=load)
        loader.start()
        self.addCleanup(loader.join)
        self.addCleanup(done.set)

    def close(self):
        """Tries that fail for a file that was not loaded in time are made again."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.recorder.close()
            except sluice.RecorderError:
                self.assertLess(time.monotonic(), deadline)

    def test_others_run_while_one_waits_and_every_row_lands(self):
        waiting = threading.Thread(target=self.append, args=(ROWS,))
        waiting.start()
        self.await_full()  # this thread runs, else it would not come back
        self.assertTrue(waiting.is_alive())
        self.assertTrue(self.recorder.append({"number": -1, "note": "this thread's memory has room"}))
        self.load_from_now_on()
        waiting.join(60)
        self.assertEqual(self.appended, ROWS)
        report = self.close()
        self.assertEqual((report["landed"], report["dropped"]), (ROWS + 1, 0))
        stats = self.recorder.stats
        self.assertGreaterEqual(stats["blocked_count"], 1)
        self.assertGreater(stats["blocked_ns"], 10**8)

    def test_close_refuses_a_row_that_waits(self):
        waiting = threading.Thread(target=self.append, args=(ROWS,))
        waiting.start()
        self.await_full()
        with self.assertRaisesRegex(sluice.RecorderError, "files_max"):
            self.recorder.close()
        waiting.join(10)
        self.assertFalse(waiting.is_alive())
        self.load_from_now_on()
        self.assertEqual(self.close()["landed"], self.appended)
        stats = self.recorder.stats
        self.assertEqual((stats["total_rows"], stats["dropped"]), (self.appended + 1, 1))

    def test_ctrl_c_ends_the_wait_and_the_row_is_not_counted(self):
        # A shell starts what runs in the background deaf to Ctrl-C, and Python leaves it so.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        def interrupt():
            self.await_full()
            os.kill(os.getpid(), signal.SIGINT)
        other = threading.Thread(target=interrupt)
        other.start()
        with self.assertRaises(KeyboardInterrupt):
            self.append(ROWS)
        other.join()
        self.load_from_now_on()
        self.assertEqual(self.close()["accepted"], self.appended)
