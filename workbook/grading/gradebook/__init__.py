"""The gradebook: a database of runs, students, submissions, verdicts and corrections."""
