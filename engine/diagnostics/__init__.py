"""What we say to the person who wrote the rules or the feed.

In: faults, found where they are and given a code there. Out: a `Report`, the same for terminal,
JSON, SARIF, JUnit, GitHub and editor. A fault is data: nothing here raises.
"""
