"""Panels: controls in, an experiment run, a plot out."""
