"""Every diagnostic, a file a family: number, name, severity and sentence.

Numbers are never reused. The page of a code (explanation, a bad and a good example) is
`diagnostics/pages/NUMBER.md`; a test asserts that its bad example gives this code and no other.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from engine.diagnostics.codes.code import Code, Severity

__all__ = ["FAMILIES", "Code", "Severity", "all_codes", "families"]

FAMILIES = (
    "syntax",
    "names",
    "types",
    "money",
    "dates",
    "missing",
    "cases",
    "validity",
    "periods",
    "testing",
    "style",
    "rows",
    "orders",
    "actions",
    "decisions",
)


@cache
def families() -> tuple[tuple[str, tuple[Code, ...]], ...]:
    """Each family: its title (`Names (N)`), and its codes by number."""
    found = []
    for family in FAMILIES:
        module = import_module(f"engine.diagnostics.codes.{family}")
        title = (module.__doc__ or family).split("\n", 1)[0].partition(":")[0].rstrip(".")
        codes = (v for v in vars(module).values() if isinstance(v, Code))
        found.append((title, tuple(sorted(codes, key=lambda code: code.number))))
    return tuple(found)


@cache
def all_codes() -> dict[str, Code]:
    """Every code by its number, in the order of the families."""
    return {code.number: code for _, codes in families() for code in codes}
