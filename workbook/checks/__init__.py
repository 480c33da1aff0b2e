"""Probes, comparison, diagnosis and the answer key.

What runs student code (`probe`, `probes`, `record`, `child`) imports NumPy, the curriculum and
the room loader, and holds no expected value. Everything else runs in the parent process.
Nothing is imported here, so that a child starts quickly and a sandbox can leave the rest out.
"""
