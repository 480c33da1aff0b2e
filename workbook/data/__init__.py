"""Given data sets behind one `load(name)`."""
