"""Every diagnostic, a file a family: number, name, severity and sentence.

Numbers are never reused. The page of a code (explanation, a bad and a good example) is
`diagnostics/pages/NUMBER.md`; a test asserts that its bad example gives this code and no other.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from engine.diagnostics.codes.code import Code, Severity

__all__ = ["FAMILIES", "Code", "Severity", "all_codes"]

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
)


@cache
def all_codes() -> dict[str, Code]:
    """Every code by its number, in the order of the families."""
    codes: dict[str, Code] = {}
    for family in FAMILIES:
        module = import_module(f"engine.diagnostics.codes.{family}")
        codes |= {v.number: v for v in vars(module).values() if isinstance(v, Code)}
    return codes
