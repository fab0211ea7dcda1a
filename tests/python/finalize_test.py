"""finalize closes off the event loop, and loads."""
import asyncio
import json
import os
import subprocess
import sys
import unittest

import sluice
from scratch import ScratchTest


async def while_beating(work):
    """(what `work` gives, how often the event loop came by meanwhile)."""
    beats = 0

    async def beat():
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.001)
    beating = asyncio.ensure_future(beat())
    try:
        return await work, beats
    finally:
        beating.cancel()


class FinalizeTest(ScratchTest):
    def setUp(self):
        super().setUp()
        self.target = f"delta:{self.folder}/calls"

    def recorder(self, rows=10, **options):
        recorder = self.open("a int64, s string", **options)
        for number in range(rows):
            recorder.append((number, str(number)))
        return recorder

    def finalize(self, *arguments, **options):
        return asyncio.run(self.recorder().finalize(*arguments, **options))

    def test_without_a_target_it_closes(self):
        report, beats = asyncio.run(while_beating(self.recorder().finalize()))
        self.assertGreater(beats, 1)
        self.assertEqual(report, {"directory": str(self.folder / "qe_t_w"), "files_processed": 1, "total_rows_captured": 10,
                                  "rows_landed": 10, "rows_dropped": 0})

    def test_it_loads_off_the_event_loop_and_the_files_go(self):
        report, beats = asyncio.run(while_beating(self.recorder().finalize(self.target, create=True)))
        self.assertGreater(beats, 1)
        self.assertEqual((report["rows_loaded"], report["total_rows_captured"]), (10, 10))
        load = report["load"]
        self.assertEqual([(file["status"], file["rows"], file["rows_loaded"], file["attempts"]) for file in load["files"]], [("cleaned", 10, 10, 1)])
        self.assertEqual((load["rows_recorded"], load["rows_rejected"], load["target"]), (10, 0, self.target))
        self.assertEqual(set(load["duration_ms"]), {"put", "copy", "cleanup"})
        self.assertNotIn("error", load)
        json.dumps(report)
        self.assertEqual(list((self.folder / "qe_t_w").glob("*.parquet")), [])

    def test_a_second_load_finds_it_done(self):
        first = self.finalize(self.target, create=True, keep=True)
        again = asyncio.run(sluice.load(first["directory"], self.target, keep=True))
        self.assertEqual((again["rows_loaded"], again["files"][0]["attempts"]), (10, 1))
        self.assertEqual(self.published().num_rows, 10)

    def test_it_loads_into_duckdb(self):
        report = self.finalize(f"duckdb:{self.folder}/log.duckdb?table=calls", create=True)
        self.assertEqual(report["rows_loaded"], 10)

    def test_a_load_that_cannot_begin_keeps_the_files_and_says_how_to_go_on(self):
        with self.assertRaisesRegex(sluice.LoadError, "--create makes the table") as caught:
            self.finalize(self.target, keep=True)
        self.assertEqual((caught.exception.kind, caught.exception.report), ("NotFound", None))
        self.assertEqual(caught.exception.resume, f"sluice load {self.folder}/qe_t_w {self.target} --keep")
        self.assertEqual(self.published().num_rows, 10)

    def test_a_file_that_is_refused_is_in_the_report(self):
        recorder = self.recorder()
        recorder.close()
        file, = (self.folder / "qe_t_w").glob("*.parquet")
        file.write_bytes(file.read_bytes()[:-1])
        with self.assertRaisesRegex(sluice.LoadError, "were recorded") as caught:
            asyncio.run(recorder.finalize(self.target, create=True))
        self.assertEqual(caught.exception.kind, "InvalidInput")
        self.assertEqual(caught.exception.report["files"][0]["status"], "failed")
        self.assertTrue(file.exists())

    def test_a_target_that_is_none_is_refused(self):
        with self.assertRaisesRegex(sluice.LoadError, "nothing is loaded into 'oracle:'"):
            self.finalize("oracle:x")
        for options in ({"on_error": "skip"}, {"parallel": 0}):
            with self.assertRaises(ValueError):
                self.finalize(self.target, **options)
        with self.assertRaises(TypeError):
            self.finalize(self.target, creat=True)

    def test_flags_of_the_command_are_keywords(self):
        with self.assertRaisesRegex(sluice.LoadError, "whole or not at all"):
            self.finalize(self.target, create=True, on_error="continue")
        with self.assertRaisesRegex(sluice.LoadError, "no file has the json column"):
            self.finalize(self.target, create=True, json_columns=["nothing"])

    def test_a_task_that_is_cancelled_ends_the_load(self):
        async def main():
            away = "clickhouse+http://u@127.0.0.1:1/d?table=t"  # nobody listens there
            loading = asyncio.ensure_future(self.recorder().finalize(away, retry_for=3600))
            await asyncio.sleep(0.5)
            loading.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await loading
        asyncio.run(asyncio.wait_for(main(), 30))
        self.assertEqual(self.published().num_rows, 10)

    def test_rows_of_a_killed_program_are_recovered_on_request(self):
        script = ("import os, sys, sluice\n"
                  "recorder = sluice.Recorder('a int64', sys.argv[1], 't', 'killed', mapping_directory=sys.argv[2])\n"
                  "for number in range(5): recorder.append((number,))\n"
                  "os.kill(os.getpid(), 9)\n")
        memory = self.folder / "memory"
        self.assertEqual(subprocess.run([sys.executable, "-c", script, str(self.folder), str(memory)]).returncode, -9)
        report = asyncio.run(sluice.load(os.fspath(self.folder), self.target, create=True, recover=True))
        self.assertEqual((report["rows_loaded"], report["rows_recorded"]), (5, 5))


if __name__ == "__main__":
    unittest.main()
