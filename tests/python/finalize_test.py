"""finalize closes off the event loop, and loads."""
import asyncio
import os
import pathlib
import unittest

import sluice
from scratch import ScratchTest

COMMAND = pathlib.Path(os.environ.get("SLUICE_COMMAND", pathlib.Path(__file__).resolve().parents[2] / "build/release/sluice"))


class FinalizeTest(ScratchTest):
    def recorder(self):
        recorder = self.open("a int64, s string")
        for number in range(10):
            recorder.append((number, str(number)))
        return recorder

    def test_without_a_target_it_closes(self):
        async def main():
            beats = 0

            async def beat():
                nonlocal beats
                while True:
                    beats += 1
                    await asyncio.sleep(0.001)
            beating = asyncio.ensure_future(beat())
            report = await self.recorder().finalize()
            beating.cancel()
            self.assertGreater(beats, 1)
            return report
        self.assertEqual(asyncio.run(main()), {"directory": str(self.folder / "qe_t_w"), "files_processed": 1, "total_rows_captured": 10,
                                               "rows_landed": 10, "rows_dropped": 0})

    def test_without_the_command_the_files_stay_and_it_says_so(self):
        with self.assertRaisesRegex(sluice.LoadError, "was not found") as caught:
            asyncio.run(self.recorder().finalize("duckdb:x.duckdb?table=t", command="no-such-sluice"))
        self.assertIn("qe_t_w", caught.exception.resume)
        self.assertEqual(self.published().num_rows, 10)

    @unittest.skipUnless(COMMAND.exists(), f"{COMMAND} is not there")
    def test_it_loads_into_a_target_and_a_second_time_nothing(self):
        target = f"duckdb:{self.folder}/log.duckdb?table=calls"
        recorder = self.recorder()
        report = asyncio.run(recorder.finalize(target, arguments=["--create", "--keep"], command=str(COMMAND)))
        self.assertEqual((report["rows_loaded"], report["total_rows_captured"]), (10, 10))
        again = asyncio.run(recorder.finalize(target, arguments=["--create", "--keep"], command=str(COMMAND)))
        self.assertEqual(again["total_rows_captured"], 10)

    @unittest.skipUnless(COMMAND.exists(), f"{COMMAND} is not there")
    def test_a_failed_load_keeps_the_files(self):
        with self.assertRaises(sluice.LoadError) as caught:
            asyncio.run(self.recorder().finalize(f"duckdb:{self.folder}/log.duckdb?table=absent", command=str(COMMAND)))
        self.assertIsNotNone(caught.exception.exit_code)
        self.assertEqual(self.published().num_rows, 10)
