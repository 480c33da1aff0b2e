"""Probes of the from-scratch track."""
