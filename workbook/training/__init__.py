"""Solver, experiments and the runner; no drawing."""

from workbook.training.loop import Step
from workbook.training.solver import Solver
from workbook.training.stop_reasons import DivergedError, Stopped, TrainingInterrupted

__all__ = ["DivergedError", "Solver", "Step", "Stopped", "TrainingInterrupted"]
