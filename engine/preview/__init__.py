"""What a feed would become, for people: as terminal text and as pages.

In: row results and the accounting. Out: text. Decides nothing itself.
"""
