"""Given tools that know only arrays."""
