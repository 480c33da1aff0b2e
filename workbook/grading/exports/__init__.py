"""Files for other programs: grades.csv, grades.json, and what Canvas and Gradescope read."""
