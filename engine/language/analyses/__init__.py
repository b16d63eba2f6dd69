"""What can be said of well-formed rules: each analysis looks for one sort of doubt."""

from __future__ import annotations

from collections.abc import Callable

from engine.diagnostics.diagnostic import Diagnostic
from engine.language.ruleset import Ruleset
from engine.language.syntax import RulesFile


def analyse(ruleset: Ruleset, files: tuple[RulesFile, ...]) -> list[Diagnostic]:
    """Every finding of every analysis."""
    found: list[Diagnostic] = []
    for analysis in ANALYSES:
        found += analysis(ruleset, files)
    return found


Analysis = Callable[[Ruleset, tuple[RulesFile, ...]], list[Diagnostic]]

ANALYSES: tuple[Analysis, ...] = ()
