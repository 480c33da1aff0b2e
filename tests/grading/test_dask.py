"""A real scheduler and two workers, one of which is killed in the middle."""

import os
import signal
from pathlib import Path

import pytest

from workbook.grading import scheduler
from workbook.grading.units import Settings, Submission

distributed = pytest.importorskip("distributed")
SOLUTIONS = Path(__file__).parents[2] / "solutions"
EXERCISES = ("affine_forward", "relu_forward", "adam")
FILES = ("layers.py", "optim.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="kills a worker by a signal"),
]


def test_a_worker_killed_in_the_middle_costs_no_grade():
    files = {name: (SOLUTIONS / name).read_bytes() for name in FILES}
    # Told apart by a comment, so that each has units of its own.
    submissions = [
        Submission(f"s{n}", {**files, "optim.py": files["optim.py"] + b"# %d\n" % n})
        for n in range(6)
    ]
    settings = Settings("da5c", EXERCISES, timeout=30.0, sandbox="none")
    received = {}
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        pids = list(client.run(os.getpid).values())
        assert len(set(pids)) == 2 and os.getpid() not in pids

        def on_result(submission, results):
            if not received:
                os.kill(pids[0], signal.SIGKILL)
            for result in results:
                received[submission.name, result.subject] = result.result["outcome"]

        scheduler.run(
            submissions,
            settings,
            executor=executor,
            jobs=2,
            done=lambda key: None,
            on_result=on_result,
        )
    assert len(received) == len(submissions) * len(EXERCISES)
    assert set(received.values()) == {"pass"}
