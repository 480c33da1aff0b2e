"""The card that a check shows, in HTML and in plain text."""
