"""The same render on Apache Spark: for feeds that one machine should not read alone.

In come a project and the files of a feed; out goes a folder of offers, rejections and one account a
split. The driver cuts the files into splits and ships the rules as source; workers run the compiled
program on each split; Spark schedules, repeats what dies, and commits. Splits as rows, and our own
reader on the worker, because Spark's CSV reader loses row numbers and reads quotes another way.
PySpark is an extra, imported only where Spark is asked for.
"""
