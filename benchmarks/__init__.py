"""Speed beside peers, and accuracy on data that is not bundled; never part of the tests."""
