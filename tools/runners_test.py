#!/usr/bin/env python3
"""The runners of text cases, guide pages and step counts must be able to fail."""
import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/cli"), str(ROOT / "tests/guide")]
import count_tests  # noqa: E402
import run  # noqa: E402
import run_guide  # noqa: E402


class TextCases(unittest.TestCase):
    def problem(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.txt"
            path.write_text(text)
            return run.run_case(path, dict(os.environ))

    def test_a_case_that_holds_passes(self):
        self.assertIsNone(self.problem("# Title\n--- file: d/a\nx\ny\n---\n$ cat d/a; echo oops >&2; exit 3\n? 3\nx\n[..]\n! oo[..]\n"))

    def test_bytes_are_written_as_said(self):
        self.assertIsNone(self.problem("--- bytes: a\nx\\r\\n\\xff\n---\n$ wc -c < a\n4\n"))

    def test_any_number_of_lines_may_be_skipped(self):
        self.assertIsNone(self.problem("$ seq 9\n1\n[...]\n8\n[...]\n"))

    def test_another_exit_code_fails(self):
        self.assertIn("exit code 0, wanted 1", self.problem("$ true\n? 1\n"))

    def test_other_output_fails(self):
        self.assertIn("standard output", self.problem("$ echo a\nb\n"))

    def test_output_that_is_not_shown_fails(self):
        self.assertIn("(nothing)", self.problem("$ echo a\n"))

    def test_missing_error_text_fails(self):
        self.assertIn("standard error", self.problem("$ echo a >&2\n! b\n"))

    def test_every_case_of_the_tree_can_be_read(self):
        for path in sorted((ROOT / "tests/cli/cases").glob("*.txt")):
            with self.subTest(path.name):
                self.assertTrue(any(isinstance(step, run.Command) for step in run.parse_case(path.read_text())))


class GuidePages(unittest.TestCase):
    def problems(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "page.md"
            path.write_text(text)
            return run_guide.run_page(path, {"PATH": os.environ["PATH"]})

    def test_shown_lines_must_appear_in_order(self):
        self.assertEqual(self.problems("```console\n$ seq 3\n1\n…\n3\n```\n"), ([], 1))
        self.assertEqual(len(self.problems("```console\n$ seq 3\n3\n1\n```\n")[0]), 1)

    def test_files_are_written_and_skipped_blocks_are_not_run(self):
        self.assertEqual(self.problems("```csv file=a.csv\nx\n```\n```console\n$ cat a.csv\nx\n```\n```console skip\n$ false\n```\n"), ([], 1))

    def test_a_wrong_exit_code_fails(self):
        self.assertEqual(len(self.problems("```console exit=65\n$ true\n```\n")[0]), 1)


class Counts(unittest.TestCase):
    def test_counts_of_all_kinds_are_read(self):
        self.assertEqual(count_tests.count("3 passed, 1 failed\n2 passed, 0 failed\n", 1), (5, 1))
        self.assertEqual(count_tests.count("Ran 7 tests in 0.1s\n\nFAILED (failures=2)\n", 1), (5, 2))
        self.assertEqual(count_tests.count("100% tests passed, 0 tests failed out of 2\n", 0, "[  PASSED  ] 5 tests.\n[  PASSED  ] 1 test.\n"), (6, 0))

    def test_a_step_that_dies_without_a_count_is_a_failure(self):
        self.assertEqual(count_tests.count("Segmentation fault\n", 139), (0, 1))


if __name__ == "__main__":
    unittest.main()
