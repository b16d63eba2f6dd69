"""The tests that rule files carry: read into cases, run through the same program as a feed.

In: a checked `Ruleset`. Out: one `CaseResult` a case, and which rules the cases reached.
"""
