"""Submit and release."""
