"""Runs wstest, and ends it when the program that started it is gone.

Python 2.7. A runner that is killed cannot stop its children, but its end of their
standard input closes with it.
"""
import os
import sys
import threading


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(1)


watcher = threading.Thread(target=end_with_parent)
watcher.daemon = True
watcher.start()

from autobahntestsuite.wstest import run  # noqa: E402 (the import itself takes a second)

sys.exit(run())
