"""What explains: a row, its program and the rules come in; how each value came about goes out.

Nothing is computed a second time by other means: every value shown is a column of the same compiled
program, so an explanation cannot disagree with what is sent.
"""
