"""The stubs as they were generated: what a reset restores and what tests judge."""
