"""Solver, experiments and the runner; no drawing."""
