"""Figures from results; no training, no widgets."""
