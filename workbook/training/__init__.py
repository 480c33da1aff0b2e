"""Solver, experiments and the runner; no drawing."""

from workbook.training.solver import Solver, Step
from workbook.training.stop_reasons import DivergedError, Stopped, TrainingInterrupted

__all__ = ["DivergedError", "Solver", "Step", "Stopped", "TrainingInterrupted"]
