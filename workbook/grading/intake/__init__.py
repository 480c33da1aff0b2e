"""What students handed in: archives, file names, roster and scheme."""
