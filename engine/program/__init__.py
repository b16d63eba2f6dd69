"""Checked rules to something that runs: the only folder that writes Polars expressions for rules.

In: a slice of a ruleset and an instant. Out: a `Program`, which turns a batch of raw cells into columns
of attributes and of faults, with no loop over rows. Numbers are scaled integers all the way.
"""
