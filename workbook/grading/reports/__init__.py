"""Pages to read: one for each student, one for the class."""
