"""One file a data set; each holds a `DataSet` called `dataset`."""
