"""The bug hunt: a network with one planted mistake, to be found from its curves."""
