"""One file of probes for each file of exercises."""
