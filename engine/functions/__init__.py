"""The standard functions of the rules language, one family a module.

In: nothing but hints, docstrings and examples; out: `library()`, the words that the language gets
handed in. Declarations load without Polars, so that checking rules stays quick; each function brings
it in when it builds its expression.
"""

from __future__ import annotations

from engine.functions import dates, html, identifiers, lists, numbers, prices, text
from engine.language.vocabulary import Function

FAMILIES = (text, html, numbers, prices, dates, identifiers, lists)


def library() -> dict[str, Function]:
    """All functions by name, in the order of their families."""
    declared = (value for family in FAMILIES for value in vars(family).values())
    return {one.name: one for one in declared if isinstance(one, Function)}
