"""Rooms of exercises, the toggle, stubs, snapshots and reset."""
