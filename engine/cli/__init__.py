"""The command line: one command a file.

In: words that a person or a schedule typed. Out: results on stdout, progress and diagnostics on
stderr, and an exit code: 0 well, 1 diagnostics or failures, 2 could not run. Each command imports
what it needs when it runs, so that the others start quickly.
"""
