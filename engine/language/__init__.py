"""The rules language: text in, checked rules out.

In: the text of rule files and a `Vocabulary`. Out: a `Ruleset` whose names are bound and whose
kinds are known, or diagnostics. Knows no function, attribute or marketplace by name, so that the
same language serves any of them.
"""
