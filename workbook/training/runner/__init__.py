"""Experiments in a child process that reads the exercises afresh and can be stopped at once.

>>> from workbook.training.runner import Runner
>>> runner = Runner()
>>> job = runner.run("optimiser_race", epochs=2)
>>> job.take_updates()                      # what happened since the last call
>>> job.stop()                      # asks, then kills; what was computed stays
>>> job.wait().result              # the experiment's result
"""

from workbook.training.runner.client import ExperimentRunner, Job, content_hash
from workbook.training.runner.failure import Failure

__all__ = ["ExperimentRunner", "Failure", "Job", "content_hash"]
