"""Probes of the networks."""
