"""A process that runs student code, and what it leaves behind."""

import os
import shutil
import time

import pytest

from workbook.worker.process import Command, Exit, WorkerProcess

linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="no system to tell of an end")


@linux
def test_what_a_process_leaves_behind_does_not_keep_it_open():
    shell = shutil.which("sh")
    # The copy keeps the output; it ends with the input, which is closed, or by its group.
    command = Command([shell, "-c", "setsid cat & exit 3"], {"PATH": os.defpath})
    process = WorkerProcess(command)
    try:
        assert process.receive(time.monotonic() + 30) == Exit(3)
        assert not process.is_alive()
    finally:
        process.kill()
