"""Where a submission's code runs: what can be seen from there, and what ends it."""
