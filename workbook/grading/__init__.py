"""Submissions, sandbox, judge, gradebook, reports."""
