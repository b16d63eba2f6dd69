"""What can be said of well-formed rules: each analysis looks for one sort of doubt.

In: checked rules, the trees they came from, their text. Out: diagnostics. Nothing is guessed: what
cannot be decided is not reported, so that a report can be relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.analyses.cases import check_cases
from engine.language.analyses.conditions import check_conditions
from engine.language.analyses.missing import check_repairs
from engine.language.analyses.money import check_money
from engine.language.analyses.names import check_names
from engine.language.analyses.periods import check_periods
from engine.language.analyses.sizes import check_sizes
from engine.language.analyses.study import Study
from engine.language.analyses.style import check_style
from engine.language.analyses.tables import check_tables
from engine.language.analyses.tests import check_tests
from engine.language.analyses.validity import check_validity
from engine.language.ruleset import Ruleset
from engine.language.syntax import RulesFile

Analysis = Callable[[Study], list[Diagnostic]]

ANALYSES: tuple[Analysis, ...] = (
    check_cases,
    check_tables,
    check_conditions,
    check_validity,
    check_repairs,
    check_money,
    check_sizes,
    check_names,
    check_periods,
    check_tests,
    check_style,
)


def analyse(
    ruleset: Ruleset,
    files: tuple[RulesFile, ...],
    sources: Mapping[str, Source],
    now: datetime | None = None,
) -> list[Diagnostic]:
    """Every finding of every analysis.

    `sources` holds the text of each file in `files`; `now` is the instant to judge by, where it is
    known.
    """
    study = Study.of(ruleset, files, sources, now)
    return [diagnostic for analysis in ANALYSES for diagnostic in analysis(study)]
