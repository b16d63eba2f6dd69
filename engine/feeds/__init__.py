"""Product feeds, read into batches of raw text; and the source schema that says what cells mean.

In: a file (or stdin) and its settings. Out: bounded batches, one row for each record, in order; what is
wrong with a record stands in its row, and only a feed that cannot be read at all is an error.
"""
