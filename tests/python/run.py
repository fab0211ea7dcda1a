#!/usr/bin/env python3
"""Tests of the Python package, on the one that is installed: run.py [unittest's arguments]. Runs in .deps/python-venv."""
import faulthandler
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    faulthandler.dump_traceback_later(600, exit=True)  # a test that hangs says where
    if len(sys.argv) > 1:
        unittest.main(module=None)
    suite = unittest.defaultTestLoader.discover(str(HERE), pattern="*_test.py")
    sys.exit(0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1)
