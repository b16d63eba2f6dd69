"""Runs the tests that a rule file carries, on the small shop of tests/golden."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import engine
from engine.pipeline import checked_ruleset, run_tests
from engine.ruletests.coverage import Coverage
from engine.ruletests.runner import CaseResult

NOW = datetime(2025, 8, 1, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Tests:
    __test__ = False
    results: list[CaseResult]
    coverage: Coverage
    written: list[str]

    @property
    def failures(self) -> list[str]:
        return [failure for result in self.results for failure in result.failures]


RunTests = Callable[..., Tests]


@pytest.fixture
def run(shop: Path) -> RunTests:
    """Gives `run(rules, ...)`: `rules` stand below those of the shop, whose own tests are left out."""

    def run_these(
        added: str,
        *,
        update: bool = False,
        coverage: bool = False,
        only: str | None = None,
        replace: tuple[str, str] = ("", ""),
    ) -> Tests:
        file = shop / "rules/offers.rules"
        own = (Path(__file__).parents[2] / "golden/project/rules/offers.rules").read_text()
        mapping = (
            own[: own.index('test "')].replace(*replace)
            if replace[0]
            else own[: own.index('test "')]
        )
        file.write_text(mapping + added)
        project = engine.load_project(shop)
        ruleset = checked_ruleset(project)
        return Tests(*run_tests(project, ruleset, NOW, only=only, update=update, coverage=coverage))

    return run_these
