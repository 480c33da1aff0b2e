"""Probes, comparison, diagnosis and the answer key."""
