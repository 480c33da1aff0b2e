"""A worker runs the handler that its launcher names, and no other module."""

import os
import subprocess
import sys
import time

import pytest

from workbook.worker.launch import HANDLERS, SpawnLauncher
from workbook.worker.process import Command, Exit, WorkerProcess


@pytest.mark.parametrize("name", ["this", "workbook.cli", "workbook.checks.worker"])
def test_another_module_is_no_handler(name):
    line = [sys.executable, "-m", "workbook.worker", name, "0", "trace.txt"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "is no handler" in done.stderr and "Traceback" not in done.stderr


def test_a_process_that_is_dropped_ends():
    delivered = []
    launcher = SpawnLauncher(HANDLERS[0], environment=os.environ, own_folder=True)
    process = WorkerProcess(launcher.command(), delivered.append)
    del process
    deadline = time.monotonic() + 20
    while not delivered and time.monotonic() < deadline:
        time.sleep(0.02)
    assert isinstance(delivered[-1], Exit)
    launcher.close()


def test_a_message_that_is_too_large_ends_the_process():
    code = "import os, time; os.write(1, b'\\xff' * 9); time.sleep(600)"
    process = WorkerProcess(Command([sys.executable, "-c", code], os.environ))
    began = time.monotonic()
    assert isinstance(process.receive(began + 30), Exit)
    assert not process.is_alive()
