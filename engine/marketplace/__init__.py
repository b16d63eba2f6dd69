"""What the channels accept, read from `schemas/`: attributes, channels, business rules.

In: JSON files of facts, each with its source and how sure it is. Out: frozen records. When a fact
becomes known, a file changes and no code does.
"""
