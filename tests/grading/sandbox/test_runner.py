"""The runner for one submission: whose fault it is that nothing came back."""

import os

import pytest

from workbook.checks.case_runner import CaseRunner
from workbook.checks.worker.messages import CaseJob
from workbook.grading.sandbox import bubblewrap, runner
from workbook.student.locations import pristine_folder
from workbook.worker.client import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")

JOB = CaseJob(exercise="relu_forward", seed=1, impl=str(pristine_folder()))


@pytest.fixture(params=["bwrap", "none"])
def sandbox(request):
    if request.param == "bwrap" and not bubblewrap.available():
        pytest.skip("there is no bubblewrap here")
    return request.param


@pytest.mark.parametrize("serve", ["raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_a_sandbox_that_cannot_start_is_no_verdict(sandbox, serve, monkeypatch):
    monkeypatch.setattr(runner, "_SERVE", serve)
    with runner.make_runner(pristine_folder(), sandbox=sandbox) as fork:
        assert [fork.run(JOB).outcome for _ in range(2)] == ["infra", "infra"]


def test_a_ready_sandbox_that_waited_does_its_job(sandbox):
    launcher = runner.SandboxLauncher(pristine_folder(), sandbox=sandbox, timeout=30, memory=2048)
    worker = Worker(launcher)
    with CaseRunner(runner.ForkTransport(worker)) as fork:
        process = worker.start()
        while not process.has_message():
            pass  # It has said that it is ready before anybody asks.
        run = fork.run(JOB)
        assert run.outcome == ""
        assert {record.raised.type for record in run.records} == {"NotImplementedError"}
        assert fork.run(JOB).outcome == ""
        assert worker.start() is process
